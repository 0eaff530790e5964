"""Voice satellites need two native packages that only clean up what a microphone hears: stand-ins where absent."""

import importlib.util
import sys
from types import ModuleType

for name, member in (("pymicro_vad", "MicroVad"), ("pyspeex_noise", "AudioProcessor")):
    if name not in sys.modules and importlib.util.find_spec(name) is None:
        stand_in = ModuleType(name)
        setattr(stand_in, member, object)
        sys.modules[name] = stand_in

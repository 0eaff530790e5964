"""One keypad behind each adapter: the real adapter, real Home Assistant around it, a made-up lock at the end."""

from .fakes import FakeLabelRig, FakeRig, FakeWriteOnlyRig
from .keypad import FOREIGN, HASTE, KEY, LABEL, LOCK, PIN, Keypad, Rig, fails, started
from .matter import MatterRig, MatterServiceRig
from .schlage import SchlageRig, SchlageServiceRig
from .scripts import ManualRig, StandingRig
from .zha import ZhaRig, ZhaServiceRig
from .zwave import ZwaveRig, ZwaveServiceRig
from .zwave_users import ZwaveUsersRig, ZwaveUsersServiceRig

__all__ = [
    "FOREIGN",
    "HASTE",
    "KEY",
    "LABEL",
    "LOCK",
    "PIN",
    "FakeLabelRig",
    "FakeRig",
    "FakeWriteOnlyRig",
    "Keypad",
    "ManualRig",
    "MatterRig",
    "MatterServiceRig",
    "Rig",
    "SchlageRig",
    "SchlageServiceRig",
    "StandingRig",
    "ZhaRig",
    "ZhaServiceRig",
    "ZwaveRig",
    "ZwaveServiceRig",
    "ZwaveUsersRig",
    "ZwaveUsersServiceRig",
    "fails",
    "started",
]

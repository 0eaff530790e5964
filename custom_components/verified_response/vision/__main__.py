"""Starts the worker by file path: the room is loaded under a private name, nothing above it runs.

The integration's folder must never be on sys.path: its http.py would hide the standard library's.
`examine …` looks at a user's own model file instead of serving.
"""

import importlib
import importlib.util
import os
import sys
from pathlib import Path

NAME = "verified_response_vision"
SEARCH_PATH = "VERIFIED_RESPONSE_SEARCH_PATH"
EXAMINE = "examine"


def main() -> int:
    """Load the room and serve, or examine."""
    # Packages that the hub found (its configuration folder's deps, for one) are found here too.
    for entry in os.environ.get(SEARCH_PATH, "").split(os.pathsep):
        if entry and entry not in sys.path:
            sys.path.append(entry)
    folder = Path(__file__).parent
    spec = importlib.util.spec_from_file_location(
        NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        return 3
    room = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = room
    spec.loader.exec_module(room)
    examines = sys.argv[1:2] == [EXAMINE]
    module = importlib.import_module(f"{NAME}.{'own_model' if examines else 'worker'}")
    return int(module.main(sys.argv[2:] if examines else sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())

"""Starts the stream reader by file path, as ../__main__.py starts the worker: nothing above the room is loaded."""

import importlib
import importlib.util
import os
import sys
from pathlib import Path

NAME = "verified_response_vision"
SEARCH_PATH = "VERIFIED_RESPONSE_SEARCH_PATH"


def main() -> int:
    """Load the room and read."""
    sys.path.extend(
        entry
        for entry in os.environ.get(SEARCH_PATH, "").split(os.pathsep)
        if entry and entry not in sys.path
    )
    folder = Path(__file__).parents[1]
    spec = importlib.util.spec_from_file_location(
        NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        return 3
    sys.modules[NAME] = room = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(room)
    reader = importlib.import_module(f"{NAME}.streams.reader")
    return int(reader.main(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())

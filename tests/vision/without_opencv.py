"""Looks with ncnn where neither OpenCV nor ONNX Runtime can be imported; started as a process of its own.

stdin: {"room", "card", "files", "pictures"}; stdout: for each picture its people, its size, and its glance.
"""

import importlib
import importlib.util
import json
import sys
from pathlib import Path


def main() -> None:
    for name in ("cv2", "onnxruntime"):
        sys.modules[name] = None
    told = json.load(sys.stdin)
    folder = Path(told["room"])
    spec = importlib.util.spec_from_file_location(
        "room", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    room = importlib.util.module_from_spec(spec)
    sys.modules["room"] = room
    spec.loader.exec_module(room)
    frame, glance, card, ncnn_engine, self_test = (
        importlib.import_module(f"room.{name}")
        for name in ("frame", "glance", "card", "ncnn_engine", "self_test")
    )
    engine = ncnn_engine.NcnnEngine(
        [Path(each) for each in told["files"]], card.load_card(Path(told["card"])), threads=1
    )
    assert self_test.passes(engine)
    found = []
    for path in told["pictures"]:
        picture = frame.decode_picture(Path(path).read_bytes(), enough=engine.enough)
        (people,) = engine.look([picture.pixels])
        whole = glance.glance_of(picture.pixels)
        patches = [glance.patch_of(picture.pixels, each).hex() for each in people]
        found.append([people, picture.size, whole.luma.hex(), whole.sharpness, patches])
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()

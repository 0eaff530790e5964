"""Fetches the weights that model cards pin, for the release archive: `fetch_model.py CARD… FOLDER [--form ENGINE] [--sha256 DIGEST] [--licence FILE]`.

Every form of every card, unless forms are named; of each file the first variant that can be had, unless one is named. Nothing is written before every file has its pinned SHA-256.
"""

import argparse
import hashlib
import json
import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

TIMEOUT_S = 30
MAX_BYTES = 64 * 1024 * 1024
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def fetch(url: str) -> bytes:
    """Return what is at an address; raises OSError, ValueError."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("neither https nor this machine")
    with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:
        content: bytes = answer.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError("larger than any model")
    return content


def weights(file: dict, only: str | None) -> bytes:
    """Return one file of a form from the first address that has it; the end of the program when none has."""
    name, tried = file["names"][0], []
    for variant in file["variants"]:
        if variant["url"] is None or (only and variant["sha256"] != only):
            continue
        try:
            content = fetch(variant["url"])
        except (OSError, ValueError) as error:
            tried.append(f"{variant['url']}: {error}")
            continue
        found = hashlib.sha256(content).hexdigest()
        if found == variant["sha256"]:
            return content
        tried.append(f"{variant['url']} has the SHA-256 {found}, the card pins {variant['sha256']}")
    sys.exit("\n".join([f"{name} cannot be had:", *(tried or ["no public address is known"])]))


def main() -> None:
    """Put the weights, their notices and the licence into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cards", type=Path, nargs="+", metavar="card")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--form", action="append", help="onnx or ncnn; all when not named")
    parser.add_argument("--sha256", help="the one variant to take")
    parser.add_argument("--licence", type=Path, help="text of the licence that the cards name")
    args = parser.parse_args()
    found: dict[str, bytes] = {}
    notices = []
    for path in args.cards:
        card = json.loads(path.read_text(encoding="utf-8"))
        forms = [each for each in card["forms"] if not args.form or each["engine"] in args.form]
        if not forms:
            sys.exit(f"{card['name']} has no form for {', '.join(args.form)}")
        notices.append(card["notice"])
        for form in forms:
            found |= {file["names"][0]: weights(file, args.sha256) for file in form["files"]}
    args.folder.mkdir(parents=True, exist_ok=True)
    for name, content in found.items():
        (args.folder / name).write_bytes(content)
        print(f"{name}: {len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")
    (args.folder / "NOTICE").write_text("\n".join(notices) + "\n", encoding="utf-8")
    if args.licence:
        (args.folder / "LICENSE").write_bytes(args.licence.read_bytes())


if __name__ == "__main__":
    main()

"""Fetches the detection model that its card pins, for the release archive: `fetch_model.py CARD FOLDER [--licence FILE]`."""

import argparse
import hashlib
import json
import sys
import urllib.request
from pathlib import Path

TIMEOUT_S = 30


def fetch(url: str, sha256: str) -> bytes:
    """The file at an address, or the end of the program when it is not the pinned one."""
    if not url.startswith("https://"):
        sys.exit(f"{url} is not https")
    with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:
        content: bytes = answer.read()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        sys.exit(f"{url} has the SHA-256 {found}, the card pins {sha256}: not used")
    return content


def main() -> None:
    """Put the model, its notice and its licence into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("card", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--licence", type=Path, help="text of the licence that the card names")
    args = parser.parse_args()
    card = json.loads(args.card.read_text(encoding="utf-8"))
    variant = next(variant for variant in card["variants"] if variant["url"])
    content = fetch(variant["url"], variant["sha256"])
    args.folder.mkdir(parents=True, exist_ok=True)
    (args.folder / card["files"][0]).write_bytes(content)
    (args.folder / "NOTICE").write_text(card["notice"] + "\n", encoding="utf-8")
    if args.licence:
        (args.folder / "LICENSE").write_bytes(args.licence.read_bytes())
    print(f"{args.folder / card['files'][0]}: {len(content)} bytes, SHA-256 {variant['sha256']}")


if __name__ == "__main__":
    main()

"""A Home Assistant to work with: the working tree linked in, loopback only, kept in `.develop`."""

import argparse
import json
import os
import sys
from pathlib import Path

from sandbox.real_home import http_store

ROOT = Path(__file__).resolve().parents[1]
DOMAIN = "verified_response"
YAML = """\
# Yours to change. The address is in .storage/http: `http:` here would be taken back after five minutes.
frontend:
config:
history:
logbook:
media_source:
my:
sun:
demo:
logger:
  default: warning
  logs:
    custom_components.verified_response: debug
"""


def prepare(config: Path, port: int) -> None:
    """Fill the configuration folder with what is missing; nothing of the developer's is overwritten."""
    for folder in (".storage", "custom_components", "www"):
        (config / folder).mkdir(parents=True, exist_ok=True)
    yaml = config / "configuration.yaml"
    if not yaml.exists():
        yaml.write_text(YAML)
    link = config / "custom_components" / DOMAIN
    if link.is_symlink():
        link.unlink()
    if link.exists():
        sys.exit(f"{link} is not a link: please move it away")
    link.symlink_to(ROOT / "custom_components" / DOMAIN, target_is_directory=True)
    (config / ".storage" / "http").write_text(json.dumps(http_store(port), indent=2))


def environment() -> dict[str, str]:
    """Where a compiler finds Python's headers: some packages that Home Assistant adds exist as source only."""
    headers = Path(sys.base_prefix) / "include"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return {"CPATH": f"{headers / version}:{headers}", **os.environ}


def main() -> None:
    """Become Home Assistant."""
    parser = argparse.ArgumentParser(prog="scripts/develop", description=__doc__)
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--config", type=Path, default=ROOT / ".develop")
    parser.add_argument("--prepare-only", action="store_true", help="do not start it")
    args = parser.parse_args()
    prepare(args.config, args.port)
    print(
        f"Home Assistant: http://127.0.0.1:{args.port}/ (configuration: {args.config})", flush=True
    )
    if not args.prepare_only:
        command = [sys.executable, "-m", "homeassistant", "--config", str(args.config)]
        os.execve(sys.executable, command, environment())


if __name__ == "__main__":
    main()

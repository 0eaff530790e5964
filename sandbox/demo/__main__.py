"""Plays the demo: python -m sandbox.demo --help."""

import argparse
import asyncio
import importlib.util
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Final

from sandbox.home_dialogs import HomeError
from sandbox.real_home import INTEGRATION, RealHome

from .desk_process import DeskProcess
from .house_setup import Premises, set_up
from .narrator import Narrator
from .outdoors import EarlyWarning
from .scenario import Burglary, FalseAlarm
from .timeline import Timeline

FAILED: Final = 1
INTERRUPTED: Final = 130


def main() -> int:
    """Play, and say in one sentence what failed if something did."""
    args = _arguments()
    folder = Path(tempfile.mkdtemp(prefix="verified-response-demo-"))
    keep = args.keep
    try:
        asyncio.run(_run(args, folder))
    except (HomeError, OSError) as err:
        keep = True
        print(f"\nThe demo failed: {err}\nIts files are in {folder}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt, asyncio.CancelledError:
        print("\nEnded.", flush=True)
        return INTERRUPTED if args.once else 0
    finally:
        if keep:
            print(f"The folder of the play is kept: {folder}", flush=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end by itself after the play")
    parser.add_argument(
        "--clip", type=Path, metavar="FILE", help="a video to show where the person is drawn"
    )
    parser.add_argument(
        "--clip-start", type=float, default=0.0, metavar="SECONDS", help="where in the video"
    )
    parser.add_argument("--night", action="store_true", help="infrared pictures")
    parser.add_argument("--keep", action="store_true", help="keep the folder of the play")
    args = parser.parse_args()
    if args.clip and not args.clip.is_file():
        parser.error(f"{args.clip} is not a file")
    return args


async def _run(args: argparse.Namespace, folder: Path) -> None:
    task = asyncio.current_task()
    if task:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    line = Timeline()
    line.title("Setting up")
    desk = DeskProcess(folder)
    house: dict[str, object] = {"night": args.night}
    if args.clip:
        house |= {"clip": str(args.clip.resolve()), "clip_start": args.clip_start}
    # Pages are only worth their weight where somebody looks at them.
    frontend = not args.once and importlib.util.find_spec("hass_frontend") is not None
    real = RealHome(folder / "home", house=house, frontend=frontend)
    try:
        await _play(real, desk, line)
        if not args.once:
            _invite(real, desk, line, frontend=frontend)
            await asyncio.Event().wait()
    finally:
        line.plain("\nEnding Home Assistant and the desk …")
        await real.stop()
        await desk.stop()


async def _play(real: RealHome, desk: DeskProcess, line: Timeline) -> None:
    if not INTEGRATION.joinpath("manifest.json").exists():
        raise HomeError("The integration is not where it should be")
    line.progress("the police desk")
    await desk.start()
    line.progress("a real Home Assistant (ten to thirty seconds)")
    home = await real.start()
    line.progress("the house is set up through the product's own dialogs:")
    premises: Premises = await set_up(home, desk, line)
    line.plain(f"  Ready after {line.seconds:.0f} s.")
    async with Narrator(home, premises, line):
        for play in (EarlyWarning, Burglary, FalseAlarm):
            await play(home=home, desk=desk, premises=premises, line=line).play()


def _invite(real: RealHome, desk: DeskProcess, line: Timeline, *, frontend: bool) -> None:
    line.plain("\nLook around; Ctrl-C ends everything.")
    shown = "" if frontend else "  (no pages: the frontend package is not installed)"
    login = f"{real.user['username']} / {real.user['password']}"
    line.plain(f"  Home Assistant  {real.url}   login {login}{shown}")
    line.plain(f"  Police desk     {desk.url}   login {desk.user} / {desk.password}")


if __name__ == "__main__":
    sys.exit(main())

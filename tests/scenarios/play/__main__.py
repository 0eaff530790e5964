"""scripts/scenarios FILE…: plays scenario files and prints what came of them."""

import argparse
import json
import sys
from pathlib import Path

from .player import ENGINE, Played, play
from .scenario import files, scenarios
from .table import plain, table
from .tree import ScenarioError

DESCRIPTION = """Plays scenarios: households in trouble, written as timelines (docs/scenarios.md). Prints a table for each:
time, what happened, areas, stage, level, reasons (+ raised, = held, - lowered, ? not known) and effects.
Expectations that do not hold are marked, and the exit status is 1; it is 2 when a file cannot be read."""


def main(arguments: list[str] | None = None) -> int:
    """Play and print; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="scripts/scenarios",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE", help="a file or a folder")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--only", metavar="TEXT", help="only scenarios with this in their name")
    options = parser.parse_args(arguments)
    wanted = (options.only or "").casefold()
    try:
        found = [
            scenario
            for path in files(options.paths)
            for scenario in scenarios(path)
            if wanted in scenario.name.casefold()
        ]
    except ScenarioError as err:
        print(err, file=sys.stderr)
        return 2
    ENGINE.propagate = False  # what it says of trouble is in the table
    played = []
    for scenario in found:
        done = play(scenario)
        played.append(done)
        if not options.json:
            print(table(done), flush=True)
    if options.json:
        print(json.dumps([plain(item) for item in played], indent=2, ensure_ascii=False))
    else:
        print(_closing(played))
    return 1 if any(item.failures for item in played) else 0


def _closing(played: list[Played]) -> str:
    bad = [item for item in played if item.failures]
    lines = [f"{len(played) - len(bad)} of {len(played)} scenarios went as expected."]
    lines += [f"  not: {item.scenario.name} ({item.scenario.place})" for item in bad]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

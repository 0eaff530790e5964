"""scripts/evaluate: looks at everything labelled in the folders with each engine and prints the figures."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from custom_components.verified_response.adapters.person_detector import WorkerPersonDetector
from custom_components.verified_response.core.detection import Thresholds
from custom_components.verified_response.vision.plan import EnginePlan

from . import plot, report
from .labels import Labelled, LabelsUnreadableError, read_folders
from .looking import Vote, look_at_clip, look_at_pictures, show_progress
from .plans import MODELS_BESIDE, plans_for

IDLE_S = 60.0


def main() -> int:
    """Run; 0 when every engine that was asked for was measured, 1 when one could not be, 2 for bad input."""
    asked = _arguments().parse_args()
    try:
        labelled = read_folders(asked.folders)
        needed, window = (int(each) for each in asked.vote.split("/"))
    except (LabelsUnreadableError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    plans = plans_for(asked.models, engines=asked.engine, models=asked.model)
    if not plans:
        print(
            f"nothing to measure: no such engine, or no model file for it in {asked.models}",
            file=sys.stderr,
        )
        return 1
    results, missed = [], []
    for name, plan in plans:
        vote = Vote(needed=needed, window=window, threshold=asked.threshold, fps=asked.fps)
        result = asyncio.run(_measure(plan, labelled, vote, threads=asked.threads))
        if isinstance(result, str):
            missed.append(f"{name}: not measured, {result}")
        else:
            results.append(result)
    show_progress("")
    if results:
        print(report.table(results), "", report.per_set(results, asked.folders), sep="\n")
    for line in missed:
        print(line, file=sys.stderr)
    if asked.json:
        asked.json.write_text(json.dumps([report.figures(each) for each in results], indent=1))
    if asked.plot and results:
        plot.draw(results, asked.plot)
    return 1 if missed else 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/evaluate",
        description="Measures how well people are found, on any folder of labelled pictures and clips.",
        epilog="What may be in a folder: sandbox/evaluation/labels.py.",
    )
    thresholds = Thresholds()
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--engine", action="append", help="onnx, ncnn or basic; more than once")
    parser.add_argument("--model", action="append", help="name of a model card; more than once")
    parser.add_argument("--models", type=Path, default=MODELS_BESIDE, help="folder of model files")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--fps", type=float, default=5.0, help="frames a second of clips")
    parser.add_argument("--vote", default="2/3", help="a person in so many of the last frames")
    parser.add_argument("--threshold", type=float, default=thresholds.sustain, help="of the vote")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--plot", type=Path, help="draw curves and timelines here (png, svg, pdf)")
    return parser


async def _measure(
    plan: EnginePlan, labelled: Labelled, vote: Vote, *, threads: int
) -> report.Result | str:
    """Return the result, or why there is none; an engine that fell back to another is none."""

    async def resolve() -> EnginePlan:
        return plan

    detector = WorkerPersonDetector(resolve, threads=threads, idle_s=IDLE_S)
    try:
        info = await detector.prepare()
        if info is None or plan.engine is None or info.engine != plan.engine.value:
            return (info.reason if info else None) or "the engine did not start"
        looked = await look_at_pictures(detector, labelled.pictures, show_progress)
        clips = [
            report.clip_result(clip, await look_at_clip(detector, clip, vote, show_progress), vote)
            for clip in labelled.clips
        ]
    finally:
        await detector.close()
    return report.Result(
        engine=info.engine,
        model=info.model,
        raise_=info.thresholds.raise_,
        vote=vote,
        looked=looked,
        clips=tuple(clips),
    )


if __name__ == "__main__":
    sys.exit(main())

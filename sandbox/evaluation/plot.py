"""The curves and the clips' timelines as one picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from . import metrics
from .report import ClipResult, Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS: Final = ("#1565c0", "#ef6c00", "#2e7d32", "#8e24aa", "#6d4c41", "#00838f")


def draw(results: Sequence[Result], target: Path) -> None:
    """Write the plot; the file's ending says the format (png, svg, pdf)."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    clips = list(results[0].clips) if results else []
    figure = plt.figure(figsize=(12, 5 + 1.6 * len(clips)), layout="constrained")
    grid = figure.add_gridspec(1 + len(clips), 2, height_ratios=[5, *([1.6] * len(clips))])
    _boxes(figure.add_subplot(grid[0, 0]), results)
    _pictures(figure.add_subplot(grid[0, 1]), results)
    for row, clip in enumerate(clips, 1):
        _timeline(figure.add_subplot(grid[row, :]), results, clip)
    figure.savefig(target, dpi=110)
    plt.close(figure)


def _boxes(axes: Axes, results: Sequence[Result]) -> None:
    for colour, result in zip(COLOURS, results, strict=False):
        points = metrics.precision_recall(result.judged)
        found = metrics.ap50(result.judged)
        name = f"{result.engine}, {result.model}"
        label = name if found is None else f"{name}: AP50 {found:.3f}"
        axes.plot([x for x, _ in points], [y for _, y in points], color=colour, label=label)
    axes.set(
        xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02), title="Boxes, IoU 0.5"
    )
    axes.legend(loc="lower left", fontsize="small")
    axes.grid(alpha=0.3)


def _pictures(axes: Axes, results: Sequence[Result]) -> None:
    for colour, result in zip(COLOURS, results, strict=False):
        points = metrics.curve(result.judged)
        axes.step(
            [point.false_share * 1000 for point in points],
            [point.recall for point in points],
            color=colour,
            where="post",
            label=f"{result.engine}, {result.model}",
        )
    axes.axvline(10, color="grey", linestyle=":", linewidth=1)
    axes.set_xscale("symlog", linthresh=1)
    axes.set(
        xlabel="false pictures per 1000",
        ylabel="person pictures found",
        xlim=(0, 1000),
        ylim=(0, 1.02),
        title="Pictures",
    )
    axes.legend(loc="lower right", fontsize="small")
    axes.grid(alpha=0.3)


def _timeline(axes: Axes, results: Sequence[Result], shown: ClipResult) -> None:
    for first, last in shown.clip.visits:
        axes.axvspan(first, last, color="#a5d6a7", alpha=0.5, linewidth=0)
    for colour, result in zip(COLOURS, results, strict=False):
        clip = next((each for each in result.clips if each.clip == shown.clip), None)
        if clip is None:
            continue
        axes.plot(
            [moment.at_s for moment in clip.moments],
            [moment.score for moment in clip.moments],
            color=colour,
            linewidth=1,
        )
        found = [v.first_s + v.after_s for v in clip.visits if v.after_s is not None]
        axes.plot(found, [1.0] * len(found), linestyle="", marker="v", color=colour)
    axes.axhline(results[0].vote.threshold, color="grey", linestyle=":", linewidth=1)
    axes.set(ylim=(0, 1.08), ylabel="score", xlabel="s")
    axes.set_title(f"{shown.clip.path.name}: green somebody is there, ▼ found", fontsize="small")

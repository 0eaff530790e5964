"""When boxes over time mean one person."""

from collections.abc import Sequence
from dataclasses import replace

from ..detection import Detection, PersonBox
from ..premises import CameraView
from .places import counted


def counting(frame: Detection, view: CameraView) -> Detection:
    """Return the frame with only those people who count in the view; its trust stays what it is."""
    return replace(frame, people=counted(frame.people, view))


def found(
    frames: Sequence[Detection], *, needed: int, window: int, threshold: float, overlap: float = 0.1
) -> PersonBox | None:
    """Return the newest box of the person seen in `needed` of the last `window` frames, None if nobody.

    A person moves between frames, so boxes need to overlap only a little; two unrelated blips in
    opposite corners are not one person. Of several the surest newest box is returned.
    """
    recent = [
        [person for person in frame.people if person.score >= threshold]
        for frame in frames[-window:]
    ]
    seen: list[PersonBox] = []
    for index, people in enumerate(recent):
        for person in people:
            last, votes = person, 1
            for later in recent[index + 1 :]:
                match = max(later, key=lambda other: last.box.overlap(other.box), default=None)
                if match is not None and last.box.overlap(match.box) >= overlap:
                    last, votes = match, votes + 1
            if votes >= needed:
                seen.append(last)
    return max(seen, key=lambda person: person.score, default=None)


def seen_in(
    frames: Sequence[Detection], *, needed: int, window: int, threshold: float, overlap: float = 0.1
) -> bool:
    """Say whether one person was seen in `needed` of the last `window` frames."""
    person = found(frames, needed=needed, window=window, threshold=threshold, overlap=overlap)
    return person is not None

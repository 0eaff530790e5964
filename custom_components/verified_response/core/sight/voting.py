"""When boxes over time mean one person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ..detection import Detection, PersonBox
from ..premises import CameraView
from .places import counted
from .tracks import may_have_walked


def counting(frame: Detection, view: CameraView) -> Detection:
    """Return the frame with only those people who count in the view; its trust stays what it is."""
    return replace(frame, people=counted(frame.people, view))


def found(
    frames: Sequence[Detection],
    *,
    needed: int,
    window: int,
    threshold: float,
    overlap: float = 0.1,
    moments: Sequence[datetime] = (),
) -> PersonBox | None:
    """Return the newest box of the person seen in `needed` of the last `window` frames, None if nobody.

    A person moves between frames, so boxes need to overlap only a little; two unrelated blips in
    opposite corners are not one person. Where `moments` tell that frames are far apart, as on a slow
    hub, whoever may have walked from box to box is one. Of several the surest newest box is returned.
    """
    taken = moments[-window:]
    recent = [
        [person for person in frame.people if person.score >= threshold]
        for frame in frames[-window:]
    ]
    seen: list[PersonBox] = []
    for index, people in enumerate(recent):
        for person in people:
            last, seen_in_frame, votes = person, index, 1
            for number in range(index + 1, len(recent)):
                gone_s = (taken[number] - taken[seen_in_frame]).total_seconds() if taken else 0.0
                match = _again(last, recent[number], overlap, gone_s)
                if match is not None:
                    last, seen_in_frame, votes = match, number, votes + 1
            if votes >= needed:
                seen.append(last)
    return max(seen, key=lambda person: person.score, default=None)


def _again(
    person: PersonBox, people: Sequence[PersonBox], overlap: float, gone_s: float
) -> PersonBox | None:
    """Return who of a later frame is the same person."""
    match = max(people, key=lambda other: person.box.overlap(other.box), default=None)
    if match is None or person.box.overlap(match.box) >= overlap:
        return match
    near = (other for other in people if may_have_walked(person.box, other.box, gone_s))
    return max(near, key=lambda other: other.score, default=None)


def seen_in(
    frames: Sequence[Detection], *, needed: int, window: int, threshold: float, overlap: float = 0.1
) -> bool:
    """Say whether one person was seen in `needed` of the last `window` frames."""
    person = found(frames, needed=needed, window=window, threshold=threshold, overlap=overlap)
    return person is not None

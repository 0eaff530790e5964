"""When boxes over time mean one person."""

from collections.abc import Sequence

from ..detection import Detection


def seen_in(
    frames: Sequence[Detection], *, needed: int, window: int, threshold: float, overlap: float = 0.1
) -> bool:
    """Say whether one person was seen in `needed` of the last `window` frames.

    A person moves between frames, so boxes need to overlap only a little; two unrelated blips in
    opposite corners are not one person.
    """
    recent = [
        [person.box for person in frame.people if person.score >= threshold]
        for frame in frames[-window:]
    ]
    for index, boxes in enumerate(recent):
        for box in boxes:
            last, votes = box, 1
            for later in recent[index + 1 :]:
                match = max(later, key=last.overlap, default=None)
                if match is not None and last.overlap(match) >= overlap:
                    last, votes = match, votes + 1
            if votes >= needed:
                return True
    return False

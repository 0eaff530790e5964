"""A drawn porch, empty and with a person: an engine that cannot tell them apart must not be believed."""

from typing import TYPE_CHECKING, Final, Protocol

from .decode import Person

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIZE: Final = (640, 480)
SEEN: Final = 0.5
EMPTY: Final = 0.3


class Looks(Protocol):
    """What is tested."""

    def look(self, pixels: NDArray[np.uint8]) -> list[Person]:
        """Return the people in a BGR frame."""
        ...


def porch() -> NDArray[np.uint8]:
    """Draw an empty porch: wall, door, window, floor, sensor noise."""
    import cv2
    import numpy as np

    width, height = SIZE
    shade = np.linspace(172, 138, height, dtype=np.float32)[:, None, None]
    scene = (shade * np.array([0.92, 1.0, 1.04], np.float32)).repeat(width, 1)
    cv2.rectangle(scene, (0, 400), (width, height), (96, 104, 112), -1)
    cv2.rectangle(scene, (70, 90), (210, 400), (58, 72, 104), -1)
    cv2.rectangle(scene, (86, 108), (194, 230), (48, 60, 88), 3)
    cv2.circle(scene, (196, 260), 5, (40, 150, 170), -1)
    cv2.rectangle(scene, (480, 110), (600, 230), (150, 130, 112), -1)
    cv2.rectangle(scene, (480, 110), (600, 230), (225, 228, 228), 4)
    cv2.line(scene, (540, 110), (540, 230), (225, 228, 228), 3)
    return _finish(scene)


def porch_with_person(left: int = 350, feet: int = 440, tall: int = 300) -> NDArray[np.uint8]:
    """Draw the porch with a walking person, `tall` pixels high, standing at `feet`."""
    import cv2
    import numpy as np

    scene = porch().astype(np.float32)
    unit = tall / 100

    def at(x: float, y: float) -> tuple[int, int]:
        return round(left + x * unit), round(feet - (100 - y) * unit)

    def limb(*points: tuple[float, float], wide: float, colour: tuple[int, int, int]) -> None:
        line = np.array([at(x, y) for x, y in points], np.int32)
        cv2.polylines(
            scene,
            [line],
            isClosed=False,
            color=colour,
            thickness=round(wide * unit),
            lineType=cv2.LINE_AA,
        )

    skin, hair, jacket, trousers, shoes = (
        (132, 158, 200),
        (28, 34, 44),
        (92, 52, 36),
        (44, 40, 38),
        (20, 20, 22),
    )
    shadow = scene.copy()
    cv2.ellipse(shadow, at(4, 99), (round(26 * unit), round(4 * unit)), 0, 0, 360, (60, 64, 70), -1)
    cv2.addWeighted(shadow, 0.6, scene, 0.4, 0, scene)
    limb((-2, 52), (-8, 73), (-15, 94), wide=7.5, colour=(36, 33, 31))
    limb((2, 52), (9, 73), (9, 95), wide=8, colour=trousers)
    limb((-16, 97), (-10, 97), wide=4.5, colour=shoes)
    limb((8, 98), (15, 98), wide=4.5, colour=shoes)
    limb((-8, 25), (-14, 40), (-10, 53), wide=6, colour=(74, 42, 28))
    body = np.array(
        [at(x, y) for x, y in ((-9, 20), (9, 20), (10, 38), (8, 57), (-8, 57), (-9, 38))], np.int32
    )
    cv2.fillPoly(scene, [body], jacket, cv2.LINE_AA)
    limb((8, 25), (13, 40), (17, 51), wide=6, colour=(104, 62, 44))
    limb((17.5, 52), (18, 54), wide=4.5, colour=skin)
    limb((0, 14), (0, 20), wide=6, colour=(112, 138, 180))
    cv2.ellipse(
        scene, at(0, 9), (round(5.6 * unit), round(7.2 * unit)), 0, 0, 360, skin, -1, cv2.LINE_AA
    )
    cv2.ellipse(
        scene, at(-0.6, 5.5), (round(6 * unit), round(5 * unit)), 0, 180, 360, hair, -1, cv2.LINE_AA
    )
    return _finish(scene)


def _finish(scene: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Blur slightly and add the noise of a sensor, always the same."""
    import cv2
    import numpy as np

    noise = np.random.default_rng(7).normal(0, 4, scene.shape).astype(np.float32)
    softened = cv2.GaussianBlur(scene, (3, 3), 0) + noise
    return np.asarray(softened.clip(0, 255), np.uint8)


def passes(engine: Looks) -> bool:
    """Say whether the engine sees the drawn person where it stands, and nobody on the empty porch."""
    if any(person.score >= EMPTY for person in engine.look(porch())):
        return False
    people = engine.look(porch_with_person())
    return any(
        person.score >= SEEN and person.x < 350 / SIZE[0] < person.x + person.width
        for person in people
    )

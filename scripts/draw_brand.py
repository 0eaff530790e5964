"""Draws the brand pictures: a shield that holds an open door and a check mark."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

BRAND = Path(__file__).resolve().parents[1] / "custom_components" / "verified_response" / "brand"
OVERSAMPLING = 4
NAVY, BLUE, WHITE, GREEN, PALE = "#12305a", "#1f5fa8", "#ffffff", "#2fb36d", "#dbe8f7"
type Point = tuple[float, float]


def curve(start: Point, pull: Point, end: Point, steps: int = 40) -> list[Point]:
    """Points of a quadratic curve, its end included."""
    points = []
    for step in range(1, steps + 1):
        t = step / steps
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        x = a * start[0] + b * pull[0] + c * end[0]
        y = a * start[1] + b * pull[1] + c * end[1]
        points.append((x, y))
    return points


def shield(inset: float) -> list[Point]:
    """Outline of the shield in a unit square, drawn in by `inset`."""
    left, right, top, shoulder = 0.10 + inset, 0.90 - inset, 0.03 + inset * 1.2, 0.16 + inset * 0.8
    foot = (0.5, 0.985 - inset * 1.35)
    outline = [(0.5, top), *curve((0.5, top), (0.68, shoulder), (right, shoulder))]
    outline += curve((right, shoulder), (right + 0.02, 0.72), foot)
    outline += curve(foot, (left - 0.02, 0.72), (left, shoulder))
    outline += curve((left, shoulder), (0.32, shoulder), (0.5, top))
    return outline


def draw_icon(size: int, *, dark: bool) -> Image.Image:
    """The icon; the dark one gets a light rim so that it stands out."""
    full = size * OVERSAMPLING
    picture = Image.new("RGBA", (full, full), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)

    def polygon(points: list[Point], colour: str) -> None:
        pen.polygon([(x * full, y * full) for x, y in points], fill=colour)

    polygon(shield(0), PALE if dark else NAVY)
    polygon(shield(0.035), BLUE)
    polygon([(0.30, 0.25), (0.62, 0.25), (0.62, 0.71), (0.30, 0.71)], NAVY)
    polygon([(0.30, 0.25), (0.51, 0.31), (0.51, 0.79), (0.30, 0.71)], WHITE)
    knob = (0.450 * full, 0.525 * full, 0.485 * full, 0.575 * full)
    pen.ellipse(knob, fill=BLUE)
    check = [(0.475, 0.665), (0.565, 0.755), (0.765, 0.495)]
    for colour, width in ((BLUE, 0.135), (GREEN, 0.085)):
        line = [(x * full, y * full) for x, y in check]
        pen.line(line, fill=colour, width=round(width * full), joint="curve")
        for x, y in (line[0], line[2]):
            r = width * full / 2
            pen.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def draw_logo(height: int, *, dark: bool) -> Image.Image:
    """The icon with the name in two lines beside it."""
    icon = draw_icon(height, dark=dark)
    font = ImageFont.load_default(size=height * 0.30)
    colour = PALE if dark else NAVY
    lines = ("Verified", "Response")
    width = round(height * 1.08 + max(font.getlength(line) for line in lines) + height * 0.06)
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    picture.paste(icon, (0, 0))
    pen = ImageDraw.Draw(picture)
    for line, middle in zip(lines, (0.33, 0.67), strict=True):
        pen.text((height * 1.04, height * middle), line, font=font, fill=colour, anchor="lm")
    return picture


def main() -> None:
    """Write all eight pictures."""
    BRAND.mkdir(parents=True, exist_ok=True)
    for dark, prefix in ((False, ""), (True, "dark_")):
        for scale, suffix in ((1, ""), (2, "@2x")):
            draw_icon(256 * scale, dark=dark).save(
                BRAND / f"{prefix}icon{suffix}.png", optimize=True
            )
            draw_logo(128 * scale, dark=dark).save(
                BRAND / f"{prefix}logo{suffix}.png", optimize=True
            )


if __name__ == "__main__":
    main()

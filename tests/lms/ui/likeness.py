"""Whether two pictures of a page look the same to people.

Both are halved and blurred, so that what differs between machines (the edges of
letters, a pixel of rounding) weighs little; then the share of points is counted whose
color differs clearly. Text that moved, a color or an icon that changed stays visible.
"""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

SCALE = 2
BLUR = 1.5
# Of 255, in the channel that differs most: less than this is not seen.
VISIBLE = 36


@dataclass(frozen=True)
class Tolerance:
    """Shares, 0 to 1: points that may differ, height that may be gained or lost."""

    points: float
    height: float


SAME_BROWSER = Tolerance(points=0.004, height=0.005)
# Another version lays out and draws letters a little differently.
OTHER_BROWSER = Tolerance(points=0.02, height=0.02)


def stored_form(screenshot: bytes) -> Image.Image:
    """Return what is kept of a screenshot (PNG): half the width and height, RGB."""
    picture = Image.open(io.BytesIO(screenshot)).convert("RGB")
    size = (max(1, picture.width // SCALE), max(1, picture.height // SCALE))
    return picture.resize(size, Image.Resampling.BOX)


def differing(reference: Image.Image, made: Image.Image) -> Image.Image:
    """Return a mask of what differs visibly, as large as what both share."""
    box = (
        0,
        0,
        min(reference.width, made.width),
        min(reference.height, made.height),
    )
    pair = [
        picture.crop(box).filter(ImageFilter.GaussianBlur(BLUR))
        for picture in (reference, made)
    ]
    channels = ImageChops.difference(*pair).split()
    most = ImageChops.lighter(ImageChops.lighter(*channels[:2]), channels[2])
    return most.point(lambda value: 255 if value > VISIBLE else 0)


def differences(
    reference: Image.Image, made: Image.Image, tolerance: Tolerance
) -> list[str]:
    """Return what is too different, in words; nothing when both look the same."""
    found = []
    if reference.width != made.width:
        found.append(f"{made.width} points wide, not {reference.width}")
    change = abs(made.height - reference.height) / reference.height
    # A point or two is rounding, however low the picture is.
    if change > tolerance.height and abs(made.height - reference.height) > 2:
        found.append(f"{made.height} points high, not {reference.height}")
    mask = differing(reference, made)
    share = mask.histogram()[255] / (mask.width * mask.height)
    if share > tolerance.points:
        found.append(
            f"{share:.1%} of the points differ visibly around {mask.getbbox()}; "
            f"{tolerance.points:.1%} may"
        )
    return found


def keep_evidence(
    folder: Path, name: str, reference: Image.Image, made: Image.Image
) -> Path:
    """Store what was expected, what came, and where they differ, side by side."""
    mask = differing(reference, made).convert("RGB")
    height = max(reference.height, made.height)
    sheet = Image.new("RGB", (reference.width + made.width + mask.width, height))
    sheet.paste(reference, (0, 0))
    sheet.paste(made, (reference.width, 0))
    sheet.paste(mask, (reference.width + made.width, 0))
    target = folder / f"{name}.png"
    sheet.save(target)
    return target

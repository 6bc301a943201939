"""Which sizes a video is offered in. Pure arithmetic."""

from dataclasses import dataclass

RUNGS = (360, 720)
# Bits per second that a rung may not exceed; slides stay far below.
CEILINGS = {360: 900_000, 720: 2_800_000}


@dataclass(frozen=True, slots=True)
class Rung:
    """One size; `name` follows the shorter side, so 720p is also an upright 720."""

    name: str
    width: int
    height: int
    max_bitrate: int


def plan_ladder(*, width: int, height: int) -> list[Rung]:
    """Return the rungs for a source, smallest first; none larger than the source.

    A source between two rungs gets one at its own size, so nothing is lost.
    """
    short = min(width, height)
    top = min(short, RUNGS[-1])
    sides = [side for side in RUNGS if side <= short]
    # Ten percent apart is no choice for a player, only another file.
    if not sides or top > sides[-1] * 1.1:
        sides.append(top)
    return [_rung(side, width, height) for side in sides]


def _rung(side: int, width: int, height: int) -> Rung:
    scale = side / min(width, height)
    even_width, even_height = (
        max(2, round(length * scale / 2) * 2) for length in (width, height)
    )
    ceiling = CEILINGS[360] if side <= RUNGS[0] else CEILINGS[720]
    return Rung(f"{side}p", even_width, even_height, ceiling)

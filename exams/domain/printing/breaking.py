"""Line breaks as Chinese printers make them: no closing mark begins a line."""

import re

from exams.domain.printing.fonts import font_faces

NOT_AT_START = "，。、；：！？）》」』】〉”’·…—,.;:!?)]}%"
NOT_AT_END = "（《「『【〈“‘([{"
_PIECES = re.compile(r"[\x21-\x7e\u00c0-\u024f]+|\s|.", re.DOTALL)


def break_text(
    text: str, *, font: str, size: float, first_width: float, width: float
) -> str:
    """Return text with a line break wherever a line of that width is full."""
    face = font_faces()[font]
    done: list[str] = []
    room = first_width
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph, face, size, width):
            if face.stringWidth(line + piece.rstrip(), size) <= room:
                line += piece
                continue
            if piece.isspace():
                continue
            line, carried = _give_back(line, piece)
            done.append(line.rstrip())
            line, room = carried, width
        done.append(line.rstrip())
        room = width
    return "\n".join(done)


def _pieces(text: str, face: object, size: float, width: float) -> list[str]:
    pieces: list[str] = []
    for piece in _PIECES.findall(text):
        # A word longer than a line is broken anywhere rather than cut off.
        is_long = face.stringWidth(piece, size) > width  # type: ignore[attr-defined]
        pieces.extend(piece if is_long else [piece])
    return pieces


def _give_back(line: str, piece: str) -> tuple[str, str]:
    """Move characters over the break until both sides may stand there."""
    carried = piece
    while len(line) > 1 and (carried[0] in NOT_AT_START or line[-1] in NOT_AT_END):
        carried, line = line[-1] + carried, line[:-1]
    return line, carried

"""What a lesson's video says and shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Slide:
    title: str
    bullets: tuple[str, ...]
    narration: str


@dataclass(frozen=True, slots=True)
class Script:
    """One lesson in one language (zh-hans or en)."""

    slug: str
    language: str
    course: str
    title: str
    slides: tuple[Slide, ...]
    takeaways: tuple[str, ...]
    basis: str = ""

    @property
    def reference(self) -> str:
        """Name the lesson's asset, the same at every loading."""
        return f"demo:lesson:{self.slug}:{self.language}"


def read_script(
    *, slug: str, language: str, course: str, lesson: Mapping[str, Any]
) -> Script:
    """Read a lesson of the content files."""
    slides = tuple(
        Slide(s["title"], tuple(s["bullets"]), s["narration"]) for s in lesson["slides"]
    )
    return Script(
        slug=slug,
        language=language,
        course=course,
        title=lesson["title"],
        slides=slides,
        takeaways=tuple(lesson.get("takeaways", ())),
        basis=lesson.get("basis") or _basis(lesson.get("refs", ())),
    )


def _basis(refs: Any) -> str:
    """Name the articles of the Work Safety Law that a Chinese lesson cites."""
    numbers = [str(r["article"]) for r in refs if r["law"] == "work-safety-law"]
    if not numbers:
        return ""
    shown = "、".join(numbers[:6])
    return f"《安全生产法》第{shown}条" + ("等" if len(numbers) > 6 else "")

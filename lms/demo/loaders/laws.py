"""The laws of the sample content: texts, versions, the English text, the glossary."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import transaction

from cms.domain.glossary import put_terms
from cms.domain.law_documents import ImportedLaw, confirmed_map, import_law
from cms.domain.translations import put_law_translation
from cms.enums import SourceState

WORK_SAFETY_LAW = "work-safety-law"
OFFICIAL = SourceState.OFFICIAL
COMPARED = (
    "条文与官方文本逐条比对一致；标题、关键词和白话解读由安学编写，不是法律文本。"
)
RULE_NOTE = "部分条文凭公开资料整理，标“待核对”的条文请以官方文本为准。"


@transaction.atomic
def load(*, content_dir: Path, log: Callable[[str], None]) -> None:
    """Load every law; a second run changes nothing."""
    folder = content_dir / "laws"
    current = _load_work_safety_law(folder)
    translation = _read(folder / "work_safety_law.en.json")
    put_law_translation(
        law=current.law,
        version=current.version,
        document=translation,
        short_title="Work Safety Law",
        issuer="Standing Committee of the National People's Congress",
    )
    import_law(
        document=_read(folder / "accident_reporting_regulation.json"),
        source_state=OFFICIAL,
        source_note=COMPARED,
    )
    import_law(
        document=_read(folder / "training_rules_order_3.json"),
        source_state=SourceState.TO_BE_CHECKED,
        source_note=RULE_NOTE,
    )
    terms = put_terms(terms=_read(folder / "glossary.json"), law_slug=WORK_SAFETY_LAW)
    log(f"3 laws, {terms} glossary terms")


def _load_work_safety_law(folder: Path) -> ImportedLaw:
    newer = _read(folder / "work_safety_law.json")
    older = _read(folder / "work_safety_law_2014.json")
    confirmed = _read(folder / "work_safety_law_map.json")
    # The law as a work is described once, by its newest text.
    described = {
        name: newer[name]
        for name in ("slug", "title", "short_title", "level", "issuer", "versions")
    }
    first = import_law(
        document=older | described | {"doc_number": ""},
        wid_map={},
        source_state=OFFICIAL,
        source_note=COMPARED,
    )
    wid_map, derived_map = confirmed_map(
        pairs=confirmed["pairs"], derived=confirmed["derived"], older=first.version
    )
    return import_law(
        document=newer,
        wid_map=wid_map,
        derived_map=derived_map,
        source_state=OFFICIAL,
        source_note=COMPARED,
    )


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))

"""QTI items: one XML file, or a package of them with a manifest. No Django here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from exams.domain.exchange.drafts import (
    WARNING,
    ItemDraft,
    Parsed,
    Place,
    Remark,
    Unreadable,
)
from exams.domain.exchange.moodle import picture_name
from exams.domain.exchange.numbers import is_numeric
from exams.domain.exchange.qti_interactions import READERS
from exams.domain.exchange.qti_tree import (
    HIDDEN,
    INTERACTIONS,
    Node,
    attribute,
    body_text,
    children,
    find,
    find_all,
    name_of,
    text_of,
)
from exams.domain.exchange.tags import apply_choice_tags, apply_tags
from exams.domain.exchange.texts import RichText
from exams.domain.exchange.xml import parse_xml
from lms.core.sheets.archives import Archive, resolve

LOM_DIFFICULTY = {
    "very easy": 1, "easy": 2, "medium": 3, "difficult": 4, "very difficult": 5
}  # fmt: skip
MAX_PICTURE = 10 * 1024 * 1024


@dataclass(slots=True)
class ItemFile:
    """One item and what the package says of it."""

    root: Node
    draft: ItemDraft
    parsed: Parsed
    archive: Archive | None = None
    name: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    def text(self, node: Node | None, *, hidden: frozenset[str] | None = None) -> str:
        """Return plain text; pictures go to the item's media, losses are named."""
        if node is None:
            return ""
        rich = body_text(node, hidden=hidden)
        self.note_losses(rich)
        for source, alt in rich.pictures:
            stored = self.picture(source)
            if stored:
                media = self.draft.content.setdefault("media", [])
                media.append({"kind": "image", "src": stored, "alt": alt})
        return rich.text

    def note_losses(self, rich: RichText) -> None:
        """Name the elements whose meaning plain text does not keep."""
        for name in dict.fromkeys(rich.lost):
            self.draft.warn("markup_lost", element=name)

    def picture(self, address: str) -> str:
        """Take a picture of the package along; "" and a remark when it has none."""
        name = resolve(self.name, address) if self.archive else None
        if self.archive is None or name is None or name not in self.archive:
            self.draft.warn("picture_missing", name=address[:80])
            return ""
        data = self.archive.read(name)
        if len(data) > MAX_PICTURE:
            self.draft.warn("picture_missing", name=address[:80])
            return ""
        stored = picture_name(data, name)
        self.parsed.pictures[stored] = data
        return stored


def read_qti(data: bytes) -> Parsed:
    """Read a package (ZIP) or one item."""
    if data[:2] == b"PK":
        return _read_package(Archive(data))
    root = parse_xml(data)
    if name_of(root) != "assessmentItem":
        raise Unreadable("qti_root", name=name_of(root)[:40])
    parsed = Parsed()
    item = ItemFile(root, ItemDraft("", {}, Place(element=_id(root))), parsed)
    parsed.drafts.append(_read_item(item, [], ""))
    return parsed


def _id(root: Node) -> str:
    return attribute(root, "identifier")[:80]


def _read_package(archive: Archive) -> Parsed:
    if "imsmanifest.xml" not in archive:
        raise Unreadable("manifest_missing")
    parsed = Parsed()
    cases: dict[str, ItemDraft] = {}
    for resource in find_all(parse_xml(archive.read("imsmanifest.xml")), "resource"):
        kind, href = resource.get("type", ""), resource.get("href", "")
        place = Place(element=href[:80])
        if kind.startswith("imsqti_test"):
            parsed.remarks.append(Remark("test_lost", place, WARNING))
        if not kind.startswith("imsqti_item"):
            continue
        name = resolve("", href)
        if name is None or name not in archive:
            parsed.remarks.append(Remark("file_missing", place))
            continue
        _read_resource(archive, resource, name, parsed, cases)
    return parsed


def _read_resource(
    archive: Archive,
    resource: Node,
    name: str,
    parsed: Parsed,
    cases: dict[str, ItemDraft],
) -> None:
    draft = ItemDraft("", {}, Place(element=name[:80]))
    try:
        root = parse_xml(archive.read(name))
    except Unreadable as error:
        place = Place(error.remark.place.row, error.remark.place.line, "", name[:80])
        parsed.remarks.append(
            Remark(error.remark.code, place, params=error.remark.params)
        )
        return
    item = ItemFile(root, draft, parsed, archive, name)
    keywords = [text_of(k) for k in find_all(resource, "keyword")]
    taxon = find(resource, "taxon")
    level = find(resource, "difficulty")
    word = text_of(find(level, "value")) if level is not None else ""
    draft.difficulty = LOM_DIFFICULTY.get(word.casefold(), 3)
    _read_item(item, [k for k in keywords if k], text_of(taxon))
    case = item.tags.get("case", "")
    if case in cases and case:
        cases[case].children.append(draft)
    else:
        if draft.type == "case":
            cases[draft.code] = draft
        parsed.drafts.append(draft)


def _read_item(item: ItemFile, keywords: list[str], topic: str) -> ItemDraft:
    root, draft = item.root, item.draft
    draft.code = root.get("label") or attribute(root, "identifier")
    draft.topic = topic
    draft.language = root.get("{http://www.w3.org/XML/1998/namespace}lang", "")
    _read_score(item)
    item.tags = apply_tags(draft, keywords)
    _read_body(item)
    draft.content["explanation"] = "\n".join(
        text for node in find_all(root, "modalFeedback") if (text := item.text(node))
    )
    _name_losses(item)
    return draft


def _read_score(item: ItemFile) -> None:
    for node in children(item.root, "outcomeDeclaration"):
        if attribute(node, "identifier") != "SCORE":
            continue
        try:
            score = Decimal(attribute(node, "normalMaximum"))
        except InvalidOperation:
            continue
        if score.is_finite() and score > 0:
            item.draft.score = f"{score.normalize():f}"


def _read_body(item: ItemFile) -> None:
    body = find(item.root, "itemBody")
    if body is None:
        item.draft.refuse("stem_missing")
        return
    interactions = [n for n in body.iter() if name_of(n) in INTERACTIONS]
    entries = [n for n in interactions if name_of(n) == "textEntryInteraction"]
    hidden = frozenset(HIDDEN)
    if not item.tags.get("case"):
        item.draft.content["stem"] = _with_story(item, body, hidden)
    else:
        item.draft.content["stem"] = item.text(body, hidden=hidden)
    if not interactions and item.tags.get("type") == "case":
        item.draft.type = "case"
    elif not interactions:
        item.draft.refuse("description")
    elif len(interactions) == 1 or len(entries) == len(interactions):
        _read_interaction(item, interactions[0], entries)
    else:
        _read_composite(item, interactions)


def _with_story(item: ItemFile, body: Node, hidden: frozenset[str]) -> str:
    """Return the stem with what all parts share before it (stimulus, rubric)."""
    stories = [
        item.text(block)
        for block in find_all(body, "rubricBlock")
        if "candidate" in attribute(block, "view") or not attribute(block, "view")
    ]
    for reference in find_all(item.root, "assessmentStimulusRef"):
        name = resolve(item.name, attribute(reference, "href"))
        if item.archive is not None and name and name in item.archive:
            stimulus = find(parse_xml(item.archive.read(name)), "stimulusBody")
            stories.append(item.text(stimulus))
        else:
            item.draft.warn("picture_missing", name=attribute(reference, "href")[:80])
    stories.append(item.text(body, hidden=hidden))
    return "\n".join(story for story in stories if story)


def _read_interaction(item: ItemFile, node: Node, entries: list[Node]) -> None:
    prompt = item.text(find(node, "prompt"))
    stem = item.draft.content["stem"]
    item.draft.content["stem"] = "\n".join(part for part in (stem, prompt) if part)
    kind = name_of(node)
    reader: Callable[[ItemFile, Node, list[Node]], None] | None = READERS.get(kind)
    if reader is None:
        item.draft.refuse("question_type", word=kind[:40])
        return
    reader(item, node, entries)
    if item.draft.type == "choice":
        apply_choice_tags(item.draft, item.tags)


def _read_composite(item: ItemFile, interactions: list[Node]) -> None:
    """Several interactions under one text are a case with parts."""
    item.draft.type = "case"
    for number, node in enumerate(interactions, start=1):
        part = ItemDraft("", {"explanation": ""}, item.draft.place)
        part.code = f"{item.draft.code}-{number}"
        part.topic, part.difficulty = item.draft.topic, item.draft.difficulty
        part.roles, part.language = list(item.draft.roles), item.draft.language
        part.content["stem"] = f"（{number}）" if find(node, "prompt") is None else ""
        own = ItemFile(item.root, part, item.parsed, item.archive, item.name)
        entry = [node] if name_of(node) == "textEntryInteraction" else []
        _read_interaction(own, node, entry)
        item.draft.children.append(part)


def _name_losses(item: ItemFile) -> None:
    for name in (
        "templateDeclaration",
        "feedbackInline",
        "feedbackBlock",
        "stylesheet",
    ):
        if find(item.root, name) is not None:
            item.draft.warn("element_lost", element=name)
    processing = find(item.root, "responseProcessing")
    is_ours = "Anxue" in (item.root.get("toolName"), item.root.get("tool-name"))
    has_own = processing is not None and len(processing) > 0 and not is_ours
    has_numbers = any(map(is_numeric, item.draft.content.get("blanks", [])))
    if has_own and item.draft.type != "numeric" and not has_numbers:
        item.draft.warn("processing_lost")

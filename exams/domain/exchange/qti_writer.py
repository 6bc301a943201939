"""Drafts to a QTI package, 2.1 or 3.0. No Django here."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from lxml import etree
from lxml.etree import _Element as Node

from exams.domain.exchange.drafts import ItemDraft, pictures_of
from exams.domain.exchange.numbers import Blank, is_numeric
from exams.domain.exchange.qti_interaction_writer import (
    WRITERS,
    QtiItem,
    response_names,
)
from exams.domain.exchange.tags import tags_of
from lms.core.sheets.texts import xml_safe

TYPES = {"2.1": "imsqti_item_xmlv2p1", "3.0": "imsqti_item_xmlv3p0"}
TEMPLATES = {
    "2.1": "http://www.imsglobal.org/question/qti_v2p1/rptemplates/",
    "3.0": "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/",
}
PACKAGE = {
    "2.1": ("http://www.imsglobal.org/xsd/imscp_v1p1", "QTIv2.1 Package", "1.0.0"),
    "3.0": (
        "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
        "QTI Package",
        "3.0.0",
    ),
}
LOM = "http://ltsc.ieee.org/xsd/LOM"
# A fixed moment: the same items give the same bytes.
MOMENT = (2020, 1, 1, 0, 0, 0)


def write_qti_21(
    drafts: list[ItemDraft],
    *,
    english: bool = False,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return a package of QTI 2.1 items."""
    return _package(drafts, "2.1", pictures or {})


def write_qti_30(
    drafts: list[ItemDraft],
    *,
    english: bool = False,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return a package of QTI 3.0 items."""
    return _package(drafts, "3.0", pictures or {})


def _package(
    drafts: list[ItemDraft], version: str, pictures: Mapping[str, bytes]
) -> bytes:
    buffer = io.BytesIO()
    space, schema, schema_version = PACKAGE[version]
    manifest = etree.Element(
        f"{{{space}}}manifest", nsmap={None: space, "lom": LOM}, identifier="MANIFEST"
    )
    metadata = etree.SubElement(manifest, f"{{{space}}}metadata")
    etree.SubElement(metadata, f"{{{space}}}schema").text = schema
    etree.SubElement(metadata, f"{{{space}}}schemaversion").text = schema_version
    etree.SubElement(manifest, f"{{{space}}}organizations")
    resources = etree.SubElement(manifest, f"{{{space}}}resources")
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (draft, case) in enumerate(_with_parts(drafts), start=1):
            name = f"items/item-{number:05}.xml"
            root = _item(draft, f"item-{number:05}", version, case, pictures)
            _store(
                archive,
                name,
                etree.tostring(root, xml_declaration=True, encoding="UTF-8"),
            )
            _resource(resources, space, draft, case, name, TYPES[version], number)
        for picture, data in sorted(pictures.items()):
            _store(archive, f"media/{picture}", data)
        whole = etree.tostring(
            manifest, xml_declaration=True, encoding="UTF-8", pretty_print=True
        )
        _store(archive, "imsmanifest.xml", whole)
    return buffer.getvalue()


def _with_parts(drafts: list[ItemDraft]) -> list[tuple[ItemDraft, ItemDraft | None]]:
    return [
        pair
        for draft in drafts
        for pair in [(draft, None), *((child, draft) for child in draft.children)]
    ]


def _store(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, MOMENT), data, zipfile.ZIP_DEFLATED)


def _resource(
    resources: Node, space: str, draft: ItemDraft, case: ItemDraft | None,
    name: str, kind: str, number: int,
) -> None:  # fmt: skip
    resource = etree.SubElement(
        resources, f"{{{space}}}resource",
        identifier=f"RES-{number:05}", type=kind, href=name,
    )  # fmt: skip
    metadata = etree.SubElement(resource, f"{{{space}}}metadata")
    lom = etree.SubElement(metadata, f"{{{LOM}}}lom")
    general = etree.SubElement(lom, f"{{{LOM}}}general")
    for tag in tags_of(draft, case=case.code if case else ""):
        keyword = etree.SubElement(general, f"{{{LOM}}}keyword")
        etree.SubElement(keyword, f"{{{LOM}}}string").text = xml_safe(tag)
    if draft.topic:
        node = lom
        for step in ("classification", "taxonPath", "taxon", "entry", "string"):
            node = etree.SubElement(node, f"{{{LOM}}}{step}")
        node.text = xml_safe(draft.topic)
    etree.SubElement(resource, f"{{{space}}}file", href=name)


def _item(
    draft: ItemDraft, identifier: str, version: str,
    case: ItemDraft | None, pictures: Mapping[str, bytes],
) -> Node:  # fmt: skip
    item = QtiItem(draft, identifier, version)
    body = etree.Element(item.qualified("itemBody"))
    if case is not None:
        story = item.add(body, "rubricBlock", view="candidate")
        item.add(story, "p", case.content["stem"])
    if draft.type not in ("text_entry", "numeric"):
        item.add(body, "p", draft.content["stem"])
    WRITERS[draft.type](item, body, draft.content)
    for one in pictures_of(draft.content):
        source = f"../media/{one['src']}" if one["src"] in pictures else one["src"]
        item.add(item.add(body, "p"), "img", src=source, alt=one.get("alt", ""))
    item.add(
        item.root, "outcomeDeclaration", identifier="SCORE", cardinality="single",
        baseType="float", normalMaximum=draft.score,
    )  # fmt: skip
    explanation = draft.content.get("explanation", "")
    if explanation:
        item.add(
            item.root, "outcomeDeclaration", identifier="FEEDBACK",
            cardinality="single", baseType="identifier",
        )  # fmt: skip
    item.root.append(body)
    _processing(item)
    if explanation:
        feedback = item.add(
            item.root, "modalFeedback", outcomeIdentifier="FEEDBACK",
            identifier="EXPLANATION", showHide="hide",
        )  # fmt: skip
        if version == "3.0":
            feedback = item.add(feedback, "contentBody")
        item.add(feedback, "p", explanation)
    return item.root


def _processing(item: QtiItem) -> None:
    """Say how the answer scores, where a standard template says it."""
    content, kind = item.draft.content, item.draft.type
    if kind in ("case", "extended_text"):
        return
    if kind == "numeric":
        node = item.add(item.root, "responseProcessing")
        condition = _if_near(item, node, "RESPONSE", content)
        value = item.add(condition, "setOutcomeValue", identifier="SCORE")
        item.add(value, "baseValue", item.draft.score, baseType="float")
        return
    if kind == "text_entry" and any(map(is_numeric, content["blanks"])):
        _mixed_processing(item, content["blanks"])
        return
    mapped = kind in ("text_entry", "match")
    name = "map_response" if mapped else "match_correct"
    address = f"{TEMPLATES[item.version]}{name}"
    if item.version == "3.0":
        address += ".xml"
    item.add(item.root, "responseProcessing", template=address)


def _if_near(item: QtiItem, node: Node, name: str, number: Mapping[str, Any]) -> Node:
    """Return the branch for a response that is near enough to the right number."""
    condition = item.add(item.add(node, "responseCondition"), "responseIf")
    tolerance = str(number.get("tolerance", "0"))
    equal = item.add(
        condition, "equal", toleranceMode="absolute",
        tolerance=f"{tolerance} {tolerance}",
    )  # fmt: skip
    item.add(equal, "variable", identifier=name)
    item.add(equal, "correct", identifier=name)
    return condition


def _mixed_processing(item: QtiItem, blanks: list[Blank]) -> None:
    """Add up texts by their mapping and numbers by their tolerance, 1 for each."""
    node = item.add(item.root, "responseProcessing")
    for name, blank in zip(response_names(blanks), blanks, strict=True):
        is_number = is_numeric(blank)
        place = _if_near(item, node, name, blank) if is_number else node  # type: ignore[arg-type]
        value = item.add(place, "setOutcomeValue", identifier="SCORE")
        total = item.add(value, "sum")
        item.add(total, "variable", identifier="SCORE")
        if is_number:
            item.add(total, "baseValue", "1", baseType="float")
        else:
            item.add(total, "mapResponse", identifier=name)

"""Structure for screen readers (ISO 32000-1, 14.8) and metadata (XMP, ISO 16684-1).

reportlab draws, and knows nothing of structure: a canvas of ours puts each piece of
text or picture between marks, and hangs a tree of elements over them. What only
decorates is an artifact. Everything follows from the payload: same payload, same bytes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from xml.sax.saxutils import escape

from certificates.domain.wording import label

PRODUCER = "Anxue certificates"
CREATOR = "Anxue"


def pdf_language(code: str) -> str:
    """Return the language tag that readers know."""
    return "en" if code == "en" else "zh-Hans"


@lru_cache(maxsize=1)
def canvas_class() -> Any:
    """Return reportlab's canvas with structure; made late, the import is slow."""
    from reportlab.pdfbase import pdfdoc
    from reportlab.pdfgen.canvas import Canvas

    def element(document: Any, kind: str, parent: Any, **members: Any) -> Any:
        made = pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("StructElem"),
                "S": pdfdoc.PDFName(kind),
                "P": document.Reference(parent),
                **{
                    name: pdfdoc.PDFString(value)
                    for name, value in members.items()
                    if value
                },
            }
        )
        children = parent.dict.setdefault("K", pdfdoc.PDFArray([]))
        children.sequence.append(document.Reference(made))
        return made

    class TaggedCanvas(Canvas):
        """A canvas whose `tagged`, `group` and `artifact` say what is being drawn."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            document = self._doc
            self._tree = pdfdoc.PDFDictionary(
                {"Type": pdfdoc.PDFName("StructTreeRoot")}
            )
            self.setCatalogEntry("StructTreeRoot", document.Reference(self._tree))
            marked = pdfdoc.PDFDictionary({"Marked": "true"})
            self.setCatalogEntry("MarkInfo", marked)
            self._within = element(document, "Document", self._tree)
            self._marks: list[Any] = []
            self._parents: list[Any] = []

        @contextmanager
        def tagged(self, kind: str, **members: str) -> Iterator[None]:
            """Mark what is drawn inside as one element; `Alt` and `Lang` may follow."""
            made = element(self._doc, kind, self._within, **members)
            made.dict["K"] = len(self._marks)
            made.dict["Pg"] = self._doc.thisPageRef()
            self._code.append(f"/{kind} <</MCID {len(self._marks)}>> BDC")
            self._marks.append(self._doc.Reference(made))
            yield
            self._code.append("EMC")

        @contextmanager
        def group(self, kind: str) -> Iterator[None]:
            """Put the elements inside under one of their own, such as a table."""
            outside = self._within
            self._within = element(self._doc, kind, outside)
            yield
            self._within = outside

        @contextmanager
        def artifact(self) -> Iterator[None]:
            """Mark what is drawn inside as decoration: nobody reads it aloud."""
            self._code.append("/Artifact BMC")
            yield
            self._code.append("EMC")

        def showPage(self) -> None:  # noqa: N802 -- reportlab's name
            name = self._doc.thisPageName()
            super().showPage()
            page = self._doc.idToObject[name]
            page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
            page.StructParents = len(self._parents) // 2
            page.Tabs = pdfdoc.PDFName("S")
            self._parents += [page.StructParents, pdfdoc.PDFArray(self._marks)]
            self._marks = []

        def save(self) -> None:
            numbers = pdfdoc.PDFDictionary({"Nums": pdfdoc.PDFArray(self._parents)})
            self._tree.dict["ParentTree"] = self._doc.Reference(numbers)
            self._tree.dict["ParentTreeNextKey"] = len(self._parents) // 2
            super().save()

    return TaggedCanvas


def describe(canvas: Any, payload: dict[str, Any]) -> None:
    """Write title, author, subject and day of issue: in the old form and as XMP."""
    from reportlab.pdfbase import pdfdoc

    facts = metadata_of(payload)
    canvas.setTitle(facts["title"])
    canvas.setAuthor(facts["author"])
    canvas.setSubject(facts["subject"])
    canvas.setCreator(CREATOR)
    canvas.setProducer(PRODUCER)
    canvas.setViewerPreference("DisplayDocTitle", "true")
    document = canvas._doc  # noqa: SLF001 -- reportlab has no public way to XMP
    day = date.fromisoformat(payload["issued_on"])
    document._timeStamp = SimpleNamespace(  # noqa: SLF001 -- nor to the date
        YMDhms=(day.year, day.month, day.day, 0, 0, 0), dhh=8, dmm=0
    )
    stream = pdfdoc.PDFStream(
        dictionary=pdfdoc.PDFDictionary(
            {"Type": pdfdoc.PDFName("Metadata"), "Subtype": pdfdoc.PDFName("XML")}
        ),
        content=xmp_packet(facts).encode(),
        filters=(),
    )
    canvas.setCatalogEntry("Metadata", document.Reference(stream))


def metadata_of(payload: dict[str, Any]) -> dict[str, str]:
    """Return what the document says of itself; the holder is not named here."""
    title = f"{payload['layout']['heading']} {payload['number']}"
    return {
        "title": title,
        "author": payload["issuer"]["name"],
        "subject": payload["number"],
        "language": pdf_language(payload["language"]),
        "date": f"{payload['issued_on']}T00:00:00+08:00",
    }


def xmp_packet(facts: dict[str, str]) -> str:
    """Return the XMP packet. No conformance is claimed that nothing has checked."""
    safe = {name: escape(value) for name, value in facts.items()}
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt>
<rdf:li xml:lang="x-default">{safe["title"]}</rdf:li>
</rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{safe["author"]}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt>
<rdf:li xml:lang="x-default">{safe["subject"]}</rdf:li>
</rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{safe["language"]}</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>{CREATOR}</xmp:CreatorTool>
<xmp:CreateDate>{safe["date"]}</xmp:CreateDate>
<xmp:ModifyDate>{safe["date"]}</xmp:ModifyDate>
<pdf:Producer>{PRODUCER}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


def photo_words(payload: dict[str, Any]) -> str:
    """Return the alternative text of the photo."""
    word = label("photo", language=payload["language"])
    return f"{word}: {payload['holder']['name']}"


def code_words(payload: dict[str, Any]) -> str:
    """Return the alternative text of the QR code: what it is for, and the number."""
    word = label("scan", language=payload["language"])
    return f"{word}: {payload['verify_url']} {payload['number']}"

"""From the frozen payload to the signed document. Nothing here reads a live row."""

import io
from functools import lru_cache
from typing import Any

from certificates.domain.canonical import canonical_json
from certificates.domain.drawing import draw_page, page_size
from certificates.domain.fonts import REGULAR, font_faces, require_glyphs
from certificates.domain.hardware_signing import hardware_signer
from certificates.domain.placing import draw_placed, draw_record, record_pages
from certificates.domain.tagging import canvas_class, describe, pdf_language
from certificates.domain.timestamps import long_term_options, timestamper
from lms.core.hardware import HardwareKey
from lms.core.signing import SigningKey

ATTACHMENT = "certificate.json"
SIGNATURE_FIELD = "Signature"
PNG_SCALE = 2.0
# Signed attributes and an ECDSA signature, beside the certificates.
SIGNATURE_BYTES = 1500


def render_pdf(*, payload: dict[str, Any]) -> bytes:
    """Return the unsigned document: the same payload gives the same bytes.

    Raises:
        GlyphMissing: a character that the fonts lack; nothing is printed then.
    """
    require_glyphs(payload)
    font_faces()
    buffer = io.BytesIO()
    canvas = canvas_class()(
        buffer, pagesize=page_size(payload), pageCompression=1, invariant=1,
        lang=pdf_language(payload["language"]), initialFontName=REGULAR,
        pdfVersion=(1, 7),
    )  # fmt: skip
    describe(canvas, payload)
    size = page_size(payload)
    draw = draw_placed if payload["layout"].get("version") == 2 else draw_page
    draw(canvas, payload)
    _attach(canvas, canonical_json(payload))
    canvas.showPage()
    pages = record_pages(payload, height=size[1])
    for number, rows in enumerate(pages, start=2):
        draw_record(canvas, payload, rows, page=number, pages=len(pages) + 1, size=size)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _attach(canvas: Any, data: bytes) -> None:
    """Embed the canonical payload, uncompressed: any tool can read it."""
    from reportlab.pdfbase import pdfdoc

    document = canvas._doc  # noqa: SLF001 -- reportlab has no public way to attach
    stream = pdfdoc.PDFStream(
        dictionary=pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("EmbeddedFile"),
                "Subtype": pdfdoc.PDFName("application#2Fjson"),
                "Params": pdfdoc.PDFDictionary({"Size": len(data)}),
            }
        ),
        content=data,
        filters=(),
    )
    name = pdfdoc.PDFString(ATTACHMENT)
    files = pdfdoc.PDFDictionary({"F": document.Reference(stream)})
    specification = document.Reference(
        pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("Filespec"),
                "F": name,
                "UF": name,
                "AFRelationship": pdfdoc.PDFName("Data"),
                "EF": files,
            }
        )
    )
    tree = pdfdoc.PDFDictionary({"Names": pdfdoc.PDFArray([name, specification])})
    names = pdfdoc.PDFDictionary({"EmbeddedFiles": tree})
    canvas.setCatalogEntry("Names", document.Reference(names))
    canvas.setCatalogEntry("AF", pdfdoc.PDFArray([specification]))


def sign_pdf(data: bytes, *, key: SigningKey, reason: str) -> bytes:
    """Return the document with a PAdES signature that forbids later changes.

    The level is configured (`certificates.domain.timestamps`). Without an answer of the
    time-stamp authority nothing is signed: the sweep tries again.
    """
    from pyhanko.sign import fields, signers  # noqa: PLC0415 -- slow import

    own = _signer(key)
    metadata = signers.PdfSignatureMetadata(
        field_name=SIGNATURE_FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        **long_term_options([own.signing_cert, *own.cert_registry]),
    )
    writer = _writer_class()(io.BytesIO(data))
    clock = timestamper()
    signer = signers.PdfSigner(metadata, signer=own, timestamper=clock)
    # The room is known, so that pyHanko need not sign twice to find it out. How long a
    # time stamp is, only its authority knows.
    room = SIGNATURE_BYTES + sum(len(item) for item in _certificates(key))
    reserved = None if clock else 2 * room
    return signer.sign_pdf(writer, bytes_reserved=reserved).getvalue()


@lru_cache(maxsize=1)
def _writer_class() -> Any:
    from pyhanko.pdf_utils.incremental_writer import (  # noqa: PLC0415 -- slow import
        IncrementalPdfFileWriter,
    )

    class Writer(IncrementalPdfFileWriter):
        """Adds the signature and nothing else.

        pyHanko would write title and date anew, and lose what it does not know.
        """

        def _update_meta(self) -> None:
            return None

    return Writer


def _certificates(key: SigningKey) -> list[bytes]:
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 -- slow import
        Encoding,
    )

    return [c.public_bytes(Encoding.DER) for c in (key.certificate, *key.chain)]


@lru_cache(maxsize=4)
def _signer(key: SigningKey) -> Any:
    from asn1crypto import keys, x509  # noqa: PLC0415 -- slow import
    from cryptography.hazmat.primitives import (  # noqa: PLC0415 -- slow import
        serialization,
    )
    from pyhanko.sign.signers import SimpleSigner  # noqa: PLC0415 -- slow import
    from pyhanko_certvalidator.registry import (  # noqa: PLC0415 -- slow import
        SimpleCertificateStore,
    )

    der = serialization.Encoding.DER
    registry = SimpleCertificateStore()
    registry.register_multiple(
        x509.Certificate.load(item.public_bytes(der)) for item in key.chain
    )
    certificate = x509.Certificate.load(key.certificate.public_bytes(der))
    if isinstance(key.private_key, HardwareKey):
        return hardware_signer(
            key=key.private_key, certificate=certificate, registry=registry
        )
    private = key.private_key.private_bytes(
        der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SimpleSigner(
        signing_cert=certificate,
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=registry,
    )


def render_png(data: bytes, *, scale: float = PNG_SCALE) -> bytes:
    """Return the first page of one of our own documents as PNG."""
    return render_pngs(data, scale=scale, most=1)[0]


def render_pngs(data: bytes, *, scale: float, most: int) -> list[bytes]:
    """Return the first `most` pages of one of our own documents as PNG."""
    import pypdfium2  # noqa: PLC0415 -- slow import

    document = pypdfium2.PdfDocument(data)
    try:
        pages = range(min(len(document), most))
        return [_png(document[page].render(scale=scale).to_pil()) for page in pages]
    finally:
        document.close()


def _png(image: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()

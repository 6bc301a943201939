"""Ways to forge a certificate, each tried on the real document.

A forgery takes a `World` and returns what somebody would hand in: `Pdf`, `Code` (the
text of a QR code) or `Number` (as typed, with a name or without).
"""

import io
import json
import secrets
from dataclasses import dataclass
from typing import Any

import pikepdf
import pypdf
import pypdf.annotations
from cryptography.hazmat.primitives import hashes, hmac, serialization

from certificates.domain.rendering import render_pdf, render_png, sign_pdf
from certificates.domain.tokens import TOKEN_TYPE, build_token
from certificates.models import Certificate
from lms.core.signing import SigningKey, encode_segment, sign_compact, signing_key


@dataclass(frozen=True)
class World:
    mine: Certificate
    other: Certificate
    home_made: SigningKey


@dataclass(frozen=True)
class Pdf:
    data: bytes


@dataclass(frozen=True)
class Code:
    text: str


@dataclass(frozen=True)
class Number:
    number: str
    name: str = ""


def document_of(certificate: Certificate) -> bytes:
    with certificate.pdf.open("rb") as file:
        return file.read()


def changed(data: bytes, change: Any = None, **options: Any) -> bytes:
    """Open with another PDF program, change, and save."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        if change:
            change(pdf)
        out = io.BytesIO()
        pdf.save(out, **options)
        return out.getvalue()


def facts(world: World, **changes: Any) -> dict[str, Any]:
    return world.mine.facts | changes


def renamed(world: World) -> dict[str, Any]:
    return facts(world, holder={"name": "王五", "masked": "王*"})


# --- the document ---


def name_edited(world):
    return Pdf(render_pdf(payload=renamed(world)))


def name_edited_signed_at_home(world):
    forged = render_pdf(payload=renamed(world))
    return Pdf(sign_pdf(forged, key=world.home_made, reason=world.mine.number))


def hours_edited(world):
    hours = [{"label": "", "label_en": "", "seconds": 1, "hours": "99.0"}]
    return Pdf(render_pdf(payload=facts(world, hours=hours)))


def validity_prolonged(world):
    return Pdf(render_pdf(payload=facts(world, valid_until="2099-12-31")))


def text_painted_over(world):
    def change(pdf):
        from reportlab.pdfgen.canvas import Canvas

        page = io.BytesIO()
        canvas = Canvas(page, pagesize=(842, 595))
        canvas.setFillColorRGB(1, 1, 1)
        canvas.rect(300, 280, 250, 40, stroke=0, fill=1)
        canvas.setFillColorRGB(0, 0, 0)
        canvas.drawString(320, 290, "WANG WU")
        canvas.save()
        with pikepdf.open(io.BytesIO(page.getvalue())) as paint:
            pdf.pages[0].add_overlay(paint.pages[0])

    return Pdf(changed(document_of(world.mine), change))


def page_swapped(world):
    def change(pdf):
        with pikepdf.open(io.BytesIO(document_of(world.other))) as other:
            del other.pages[0]["/Annots"]
            pdf.pages.append(other.pages[0])
        del pdf.pages[0]

    return Pdf(changed(document_of(world.mine), change))


def page_added(world):
    return Pdf(changed(document_of(world.mine), lambda pdf: pdf.add_blank_page()))


def page_removed(world):
    def change(pdf):
        pdf.add_blank_page()
        del pdf.pages[0]

    return Pdf(changed(document_of(world.mine), change))


def incremental_update(world):
    writer = pypdf.PdfWriter(io.BytesIO(document_of(world.mine)), incremental=True)
    writer.add_metadata({"/Keywords": "changed"})
    out = io.BytesIO()
    writer.write(out)
    return Pdf(out.getvalue())


def annotation_appended(world):
    writer = pypdf.PdfWriter(io.BytesIO(document_of(world.mine)), incremental=True)
    writer.add_annotation(
        0, pypdf.annotations.FreeText(text="WANG WU", rect=(300, 280, 550, 320))
    )
    out = io.BytesIO()
    writer.write(out)
    return Pdf(out.getvalue())


def unsigned(data: bytes) -> bytes:
    def strip(pdf):
        del pdf.Root["/AcroForm"]
        del pdf.pages[0]["/Annots"]
        if "/Perms" in pdf.Root:
            del pdf.Root["/Perms"]

    return changed(data, strip)


def signature_removed(world):
    return Pdf(unsigned(document_of(world.mine)))


def signature_replaced(world):
    bare = unsigned(document_of(world.mine))
    return Pdf(sign_pdf(bare, key=world.home_made, reason=world.mine.number))


def signature_of_another_document(world):
    """Graft the signature value of the other certificate into this one."""
    mine, other = document_of(world.mine), document_of(world.other)
    start = mine.index(b"/Contents <") + 11
    begin = other.index(b"/Contents <") + 11
    end = mine.index(b">", start)
    stop = other.index(b">", begin)
    value = other[begin:stop][: end - start].ljust(end - start, b"0")
    return Pdf(mine[:start] + value + mine[end:])


def code_of_another_person(world):
    pasted = facts(world, token=world.other.facts["token"])
    return Pdf(render_pdf(payload=pasted))


def attachment_changed(world):
    def change(pdf):
        pdf.attachments["certificate.json"] = json.dumps(renamed(world)).encode()

    return Pdf(changed(document_of(world.mine), change))


def attachment_removed(world):
    def change(pdf):
        del pdf.attachments["certificate.json"]

    return Pdf(changed(document_of(world.mine), change))


def attachment_of_another(world):
    def change(pdf):
        pdf.attachments["certificate.json"] = world.other.frozen

    return Pdf(changed(document_of(world.mine), change))


def invented_number(world):
    invented = facts(world, number="AX-2026-000099-00000000")
    forged = render_pdf(payload=invented)
    return Pdf(sign_pdf(forged, key=world.home_made, reason="x"))


def saved_by_another_program(world):
    return Pdf(changed(document_of(world.mine)))


def saved_compressed(world):
    return Pdf(
        changed(
            document_of(world.mine),
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
    )


def printed_to_pdf(world):
    writer = pypdf.PdfWriter()
    reader = pypdf.PdfReader(io.BytesIO(document_of(world.mine)))
    writer.add_page(reader.pages[0])
    out = io.BytesIO()
    writer.write(out)
    return Pdf(out.getvalue())


def picture_only(world):
    from PIL import Image

    out = io.BytesIO()
    picture = Image.open(io.BytesIO(render_png(document_of(world.mine))))
    picture.convert("RGB").save(out, "PDF")
    return Pdf(out.getvalue())


def locked_with_a_password(world):
    lock = pikepdf.Encryption(owner="a", user="b", R=6)
    return Pdf(changed(document_of(world.mine), encryption=lock))


def locked_for_editing(world):
    lock = pikepdf.Encryption(owner="a", user="", R=6)
    return Pdf(changed(document_of(world.mine), encryption=lock))


def half(world):
    data = document_of(world.mine)
    return Pdf(data[: len(data) // 2])


def last_byte_cut(world):
    return Pdf(document_of(world.mine)[:-1])


def byte_appended(world):
    return Pdf(document_of(world.mine) + b"\n")


def bit_flipped(world):
    data = bytearray(document_of(world.mine))
    data[len(data) // 3] ^= 1
    return Pdf(bytes(data))


def bytes_before(world):
    return Pdf(b"\n\n" + document_of(world.mine))


# --- hostile files ---


def script_inside(world):
    def change(pdf):
        pdf.Root.OpenAction = pikepdf.Dictionary(
            S=pikepdf.Name.JavaScript, JS="app.alert(1)"
        )

    return Pdf(changed(document_of(world.mine), change))


def two_hundred_megabytes(world):
    return Pdf(document_of(world.mine) + bytes(200_000_000))


def bomb(world):
    """A page whose few kB of content unpack to 60 MB, ten times over."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        stream = pikepdf.Stream(pdf, b"q " * 30_000_000)
        pdf.pages[0].Contents = pikepdf.Array([stream] * 10)
        out = io.BytesIO()
        pdf.save(out, compress_streams=True)
        return Pdf(out.getvalue())


def bomb_in_our_document(world):
    def change(pdf):
        pdf.pages[0].contents_add(pikepdf.Stream(pdf, b"q " * 30_000_000))

    return Pdf(changed(document_of(world.mine), change, compress_streams=True))


def thousands_of_objects(world):
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.Many = pikepdf.Array(
            [pdf.make_indirect(pikepdf.Dictionary(A=n)) for n in range(50_000)]
        )
        out = io.BytesIO()
        pdf.save(out)
        return Pdf(out.getvalue())


def nested(world):
    body = b"[" * 100_000 + b"]" * 100_000
    return Pdf(b"%PDF-1.7\n1 0 obj\n" + body + b"\nendobj\ntrailer<</Root 1 0 R>>")


def circle_of_references(world):
    return Pdf(
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
        b"2 0 obj\n<</Type/Pages/Kids[2 0 R]/Count 1/Parent 2 0 R>>\nendobj\n"
        b"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000055 00000 n \n"
        b"trailer<</Root 1 0 R/Size 3/Prev 120>>\nstartxref\n120\n%%EOF"
    )


def random_bytes(world):
    return Pdf(b"%PDF-1.7\n" + secrets.token_bytes(50_000))


def not_a_pdf(world):
    return Pdf(b"PK\x03\x04" + bytes(500))


def invoice(world):
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(100, 700, "An invoice")
    canvas.save()
    return Pdf(out.getvalue())


# --- the code ---


def code_edited(world):
    from lms.core.signing import decode_segment

    head, body, tail = world.mine.facts["token"].split(".")
    claims = decode_segment(body).replace("张".encode(), "王".encode())
    return Code(f"{head}.{encode_segment(claims)}.{tail}")


def code_signed_at_home(world):
    return Code(build_token(payload=world.mine.facts, key=world.home_made))


def code_signed_at_home_with_our_key_id(world):
    pretending = world.home_made._replace(kid=signing_key().kid)
    return Code(build_token(payload=world.mine.facts, key=pretending))


def code_without_signature(world):
    head = encode_segment(b'{"alg":"none","typ":"cert+jws"}')
    body = world.mine.facts["token"].split(".")[1]
    return Code(f"{head}.{body}.")


def code_signed_with_the_public_key(world):
    """The old trick: HMAC with the published key as the secret."""
    public = signing_key().private_key.public_key()
    secret = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    kid = signing_key().kid
    header = {"alg": "HS256", "kid": kid, "typ": TOKEN_TYPE}
    head = encode_segment(json.dumps(header).encode())
    body = world.mine.facts["token"].split(".")[1]
    mac = hmac.HMAC(secret, hashes.SHA256())
    mac.update(f"{head}.{body}".encode())
    return Code(f"{head}.{body}.{encode_segment(mac.finalize())}")


def code_that_was_never_printed(world):
    payload = facts(world, holder={"name": "王五", "masked": "王*"})
    return Code(build_token(payload=payload, key=signing_key()))


def checkpoint_as_code(world):
    body = json.dumps({"n": world.mine.number}).encode()
    token = sign_compact(body, key=signing_key(), type_name="checkpoint+jws")
    return Code(token)


def code_of_another_site(world):
    return Code("https://example.com/verify/#t=abcdefghijk.abcdefghijk.abcdefghijk")


# --- the number ---


def number_guessed(world):
    return Number("AX-2026-000001-00000000")


def number_with_another_serial(world):
    return Number(world.mine.number.replace("-000001-", "-000002-"))


def number_of_another_person(world):
    return Number(world.other.number, world.mine.facts["holder"]["name"])


def name_almost_right(world):
    return Number(world.mine.number, world.mine.facts["holder"]["name"] + "子")

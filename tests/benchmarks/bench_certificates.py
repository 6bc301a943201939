"""Issuing, verifying and proving, each beside its floor from the same run."""

import hashlib
import io
import itertools
import os
import resource
import sys
import time
import zipfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
import segno
from django.conf import settings
from django.db import connection

from certificates.domain import merkle
from certificates.domain.batches import submit_completions
from certificates.domain.bulk_checking import result_of, run_check, submit_bulk_check
from certificates.domain.issuing import attach_pdf, issue_certificate
from certificates.domain.register import prove_inclusion
from certificates.domain.verification import verify_number
from certificates.models import BulkCheck, Certificate, RegisterHead, RegisterNode
from courses.models import Enrollment
from lms.accounts.models import User
from lms.core import signing
from lms.core.signing import signing_key
from tests import worker as workers
from tests.benchmarks.measure import milliseconds, show
from tests.certificates import forging
from tests.factories.accounts import UserFactory
from tests.factories.certificates import (
    NOW,
    CertifiedSyllabusFactory,
    CompletedEnrollmentFactory,
    TemplateFactory,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
COUNT = int(os.environ.get("BENCH_CERTIFICATES", "10000"))
FLOOR_COUNT = 400
SHARE = 0.7
SIGNATURE_ROOM = 4096
LIMIT_SECONDS = 360
NUMBERS_SECONDS = 20
DOCUMENTS_SECONDS = 60
FORGERY_SECONDS = 2
MILLION = 1_000_000
PROOF_MILLISECONDS = 20
VERIFY_MILLISECONDS = 50


def children_seconds():
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def processor_seconds():
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime


@pytest.fixture
def private_files(settings, tmp_path):
    from django.core.files.storage import FileSystemStorage

    storage = FileSystemStorage(str(tmp_path / "private"))
    fields = [
        Certificate._meta.get_field("pdf"), BulkCheck._meta.get_field("file"),
    ]  # fmt: skip
    before = [field.storage for field in fields]
    for field in fields:
        field.storage = storage
    yield
    for field, old in zip(fields, before, strict=True):
        field.storage = old


def completions(count):
    syllabus = CertifiedSyllabusFactory()
    people = User.objects.bulk_create(
        [User(display_name=f"张伟{n}") for n in range(count)], batch_size=500
    )
    rows = Enrollment.objects.bulk_create(
        [
            Enrollment(
                learner=person, syllabus=syllabus, course_key=syllabus.course_key,
                state="completed", enrolled_at=NOW, completed_at=NOW,
            )
            for person in people
        ],
        batch_size=500,
    )  # fmt: skip
    return [row.pk for row in rows]


def bare_fonts():
    from reportlab import rl_config
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    rl_config.useA85 = 0
    for name, path in zip(
        ("Bare", "BareStrong"), settings.CERTIFICATE_FONTS[0], strict=True
    ):
        pdfmetrics.registerFont(TTFont(name, str(path)))


def dark_rectangles(matrix):
    for row, modules in enumerate(matrix):
        for dark, run in itertools.groupby(
            enumerate(modules), key=lambda pair: pair[1]
        ):
            columns = [column for column, _ in run]
            if dark:
                yield f"{columns[0]} {row} {len(columns)} 1 re"


def bare_page(facts, holder):
    """Draw what stands on the page with reportlab alone: no code of ours."""
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(841.89, 595.28), pageCompression=1, invariant=1)
    canvas.rect(28, 28, 785.89, 539.28)
    issuer = facts["issuer"]
    lines = [
        ("Bare", 10.5, 525, f"{issuer['name']}  {issuer['name_en']}"),
        ("BareStrong", 30, 471, facts["layout"]["heading"]),
        ("Bare", 11, 449, facts["layout"]["subheading"]),
        ("BareStrong", 26, 391, holder),
        ("Bare", 11.5, 352, facts["layout"]["statement"]),
        ("BareStrong", 19, 322, facts["title"]["text"]),
        ("Bare", 10, 304, facts["title"]["other"]),
        ("Bare", 12.5, 260, facts["completed_on"]),
        ("Bare", 8.5, 64, f"{facts['number']}  {facts['issued_on']}"),
        ("Bare", 7.5, 40, facts["layout"]["note"]),
    ]
    for font, size, y, text in lines:
        canvas.setFont(font, size)
        canvas.drawCentredString(421, y, text)
    code = segno.make(
        f"{facts['verify_url']}#t={facts['token']}", micro=False, error="m",
        boost_error=False, mask=2,
    )  # fmt: skip
    # As cheap as it can sensibly be drawn: a rectangle for each run of dark squares,
    # written as operators. Square by square through the canvas, the floor would be low.
    unit = 112 / len(code.matrix)
    canvas.saveState()
    canvas.translate(64, 190)
    canvas.scale(unit, -unit)
    canvas.addLiteral(" ".join([*dark_rectangles(code.matrix), "f"]))
    canvas.restoreState()
    canvas.roundRect(700, 100, 92, 92, 20)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def bare_signer():
    """Return pyHanko's signer of the same key, made once as anybody would."""
    from asn1crypto import keys, x509
    from cryptography.hazmat.primitives import serialization
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key, der = signing_key(), serialization.Encoding.DER
    private = key.private_key.private_bytes(
        der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SimpleSigner(
        signing_cert=x509.Certificate.load(key.certificate.public_bytes(der)),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),
    )


def bare_signature(data, signer):
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    metadata = signers.PdfSignatureMetadata(
        field_name="Signature", md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES, certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )  # fmt: skip
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    signer = signers.PdfSigner(metadata, signer=signer)
    # Without a size, pyHanko signs twice to find it out.
    return signer.sign_pdf(writer, bytes_reserved=SIGNATURE_ROOM).getvalue()


def floor_seconds(facts, first):
    """Return the processor's seconds for half of the floor's certificates."""
    bare_fonts()
    signer = bare_signer()
    bare_signature(bare_page(facts, "张伟"), signer)
    started = processor_seconds()
    for number in range(first, first + FLOOR_COUNT // 2):
        bare_signature(bare_page(facts, f"张伟{number}"), signer)
    return processor_seconds() - started


def floor_rate(facts):
    """Certificates a second of processor of bare reportlab and pyHanko.

    In two processes at a time, as the worker has them: where both cores of a machine
    are busy, each second of theirs is worth less.
    """
    halves = (0, FLOOR_COUNT // 2)
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        taken = sum(pool.map(floor_seconds, (facts, facts), halves))
    return FLOOR_COUNT / taken


def run_real_worker(batch, home):
    """Return (processor seconds, seconds by the clock) of a worker with a batch."""
    process = workers.start_worker(home, queues="certificates")
    try:
        time.sleep(5)  # it starts; what it uses for that is not the batch's
        before, began = workers.processor_seconds(process), time.perf_counter()
        workers.call_task(home, "certificates.sweep_batches", queue="certificates")
        while batch.state in ("queued", "running"):
            time.sleep(1)
            batch.refresh_from_db()
        taken = workers.processor_seconds(process) - before
        return taken, time.perf_counter() - began
    finally:
        workers.kill(process)


def test_a_batch_beside_bare_reportlab_and_pyhanko(
    private_files, tmp_path, settings, monkeypatch
):
    from certificates import tasks

    settings.DATA_DIR = tmp_path
    # Here the message would be carried out at once: the worker's sweep finds the row.
    monkeypatch.setattr(
        tasks.run_certificate_batch, "delay_on_commit", lambda key: None
    )
    monkeypatch.setattr(tasks.run_bulk_check, "delay_on_commit", lambda key: None)
    batch = submit_completions(
        template=TemplateFactory(),
        name="bench",
        enrollment_ids=completions(COUNT),
        by=None,
    )
    taken, wall = run_real_worker(batch, tmp_path)
    assert (batch.issued, batch.rendered) == (COUNT, COUNT), batch.error
    assert RegisterHead.objects.get().size == COUNT
    rate, floor = COUNT / taken, floor_rate(Certificate.objects.first().facts)
    load = os.getloadavg()[0]
    sys.stdout.write(
        f"\nissue, sign, store, register, tell {COUNT} by a worker of two processes: "
        f"{taken:.0f} s of processor, {wall:.0f} s by the clock (limit for 10,000: "
        f"{LIMIT_SECONDS} s), {rate:.1f}/s of processor; floor (reportlab and pyHanko "
        f"alone, same page): {floor:.1f}/s; share {rate / floor:.2f} (limit {SHARE}); "
        f"load of the last minute {load:.1f}\n"
    )
    numbers = list(Certificate.objects.order_by("?").values_list("number", flat=True))
    # Every figure is printed before the first limit is judged.
    limits = [
        _verify(numbers[:200]),
        _verify_many_numbers(numbers),
        _verify_many_documents(tmp_path),
    ]
    # On a busy machine the clock says more of the others than of us.
    assert min(wall, taken / 2) * 10_000 / COUNT < LIMIT_SECONDS
    assert rate / floor >= SHARE
    for figure, limit in limits:
        assert figure < limit


def _bulk(data, filename, count, floor, what, limit):
    check = submit_bulk_check(data=data, filename=filename, by=UserFactory())
    started, children = processor_seconds(), children_seconds()
    began = time.perf_counter()
    assert run_check(check_id=check.pk)
    wall = time.perf_counter() - began
    taken = processor_seconds() - started + children_seconds() - children
    check.refresh_from_db()
    assert check.state == "done", check.error
    assert {row["verdict"] for row in result_of(check)} == {"valid"}
    assert check.total == count
    sys.stdout.write(
        f"\nbulk verification of {count} from {filename}: {wall:.1f} s by the clock, "
        f"{taken:.1f} s of processor (limit {limit} s); floor ({what}): "
        f"{floor:.1f} s; load of the last minute {os.getloadavg()[0]:.1f}\n"
    )
    return min(wall, taken), limit


def _verify_many_numbers(numbers):
    from exams.domain.exchange.sheets import write_table

    wanted = [numbers[n % len(numbers)] for n in range(10_000)]
    names = {
        row.number: row.facts["holder"]["name"]
        for row in Certificate.objects.iterator(chunk_size=500)
    }
    table = [["证书编号", "姓名"], *([n, names[n]] for n in wanted)]
    began = time.perf_counter()
    for start in range(0, len(wanted), 500):
        list(
            Certificate.objects.filter(number__in=wanted[start : start + 500]).values()
        )
    floor = time.perf_counter() - began
    data = write_table(table, title="x")
    return _bulk(data, "numbers.xlsx", 10_000, floor, "rows by number", NUMBERS_SECONDS)


def _verify_many_documents(home):
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    documents = []
    for certificate in Certificate.objects.order_by("pk")[:500]:
        with certificate.pdf.open("rb") as file:
            documents.append(file.read())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for place, document in enumerate(documents):
            pack.writestr(f"{place}.pdf", document)
    began = time.perf_counter()
    for document in documents:
        signature = PdfFileReader(io.BytesIO(document)).embedded_signatures[0]
        context = ValidationContext(
            trust_roots=[signature.signer_cert], allow_fetching=False
        )
        assert validate_pdf_signature(signature, context).intact
    floor = time.perf_counter() - began
    return _bulk(
        out.getvalue(), "documents.zip", len(documents), floor,
        "pyHanko alone, one process", DOCUMENTS_SECONDS,
    )  # fmt: skip


def issue():
    return attach_pdf(
        certificate_id=issue_certificate(
            enrollment=CompletedEnrollmentFactory(), now=NOW
        ).pk
    )


def test_no_forgery_keeps_the_processor_busy(private_files, settings, tmp_path):
    """Processor time of each kind of forgery, that of the limited process included."""
    from tests.certificates import test_forgeries as forgeries

    file = tmp_path / "home.pem"
    file.write_bytes(signing.generate_pem(common_name=signing.DEVELOPMENT_NAME))
    settings.SIGNING_KEY_FILE = str(file)
    home_made = signing_key()
    settings.SIGNING_KEY_FILE = ""
    TemplateFactory()
    world = forging.World(issue(), issue(), home_made)
    taken = {}
    for forge in forgeries.FORGERIES:
        forged = forge(world)
        started = processor_seconds() + children_seconds()
        forgeries.judge(forged)
        taken[forge.__name__] = processor_seconds() + children_seconds() - started
    started = processor_seconds() + children_seconds()
    forgeries.judge(forging.Pdf(forging.document_of(world.mine)))
    floor = processor_seconds() + children_seconds() - started
    slowest = sorted(taken.items(), key=lambda pair: -pair[1])[:3]
    named = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in slowest)
    sys.stdout.write(
        f"\nprocessor time of {len(taken)} kinds of forgery, the slowest: {named} "
        f"(limit {FORGERY_SECONDS} s); floor (the untouched document): {floor:.2f} s\n"
    )
    assert slowest[0][1] < FORGERY_SECONDS


def _verify(numbers):
    numbers = list(numbers)
    from django.test.utils import CaptureQueriesContext

    name = Certificate.objects.get(number=numbers[0]).facts["holder"]["name"]
    with CaptureQueriesContext(connection) as queries:
        assert verify_number(number=numbers[0], name=name, now=NOW).verdict == "valid"
    durations = milliseconds(
        lambda turn: verify_number(number=numbers[turn % len(numbers)], now=NOW),
        times=300,
    )
    rows = Certificate.objects.values_list("pk")
    floor = milliseconds(
        lambda turn: list(rows.filter(number=numbers[turn % len(numbers)])), times=300
    )
    show(
        f"verification by number ({len(queries)} queries)",
        durations, floor, "one row by number",
    )  # fmt: skip
    assert len(queries) <= 6
    return durations[int(len(durations) * 0.95) - 1], VERIFY_MILLISECONDS


def test_proof_in_a_register_of_a_million_leaves():
    level = [hashlib.sha256(str(n).encode()).digest() for n in range(MILLION)]
    height = 0
    while level:
        RegisterNode.objects.bulk_create(
            (
                RegisterNode(level=height, position=place, hash=value)
                for place, value in enumerate(level)
            ),
            batch_size=5_000,
        )
        pairs = zip(level[0::2], level[1::2], strict=False)
        level = [merkle.node_hash(left, right) for left, right in pairs]
        height += 1
    RegisterHead.objects.update_or_create(pk=1, defaults={"size": MILLION})
    durations = milliseconds(
        lambda turn: prove_inclusion(index=turn * 7919 % MILLION, size=MILLION),
        times=200,
    )
    rows = RegisterNode.objects.values_list("hash")
    floor = milliseconds(
        lambda turn: list(rows.filter(level=0, position=turn * 7919 % MILLION)),
        times=200,
    )
    show("inclusion proof, a million leaves", durations, floor, "one node by place")
    index = 777_777
    leaf = hashlib.sha256(str(index).encode()).digest()
    proof = prove_inclusion(index=index, size=MILLION)
    assert merkle.verify_inclusion(
        leaf=leaf, index=index, size=MILLION, proof=proof,
        root=merkle.tree_root(MILLION, _nodes),
    )  # fmt: skip
    assert durations[int(len(durations) * 0.95) - 1] < PROOF_MILLISECONDS


def _nodes(nodes):
    from certificates.domain.register import fetch_nodes

    return fetch_nodes(nodes)

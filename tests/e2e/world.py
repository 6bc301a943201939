"""States that the demo does not bring: each kind of answer, each verdict, each error.

Runs inside the served site's own process settings (`manage.py shell`), because the
suite's database is another one. Asked again it makes the same states once more.
"""

import json
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from certificates.domain.issuing import (
    attach_pdf,
    issue_certificate,
    reissue_certificate,
)
from certificates.domain.revoking import revoke_certificate
from certificates.enums import RevocationReason
from certificates.models import Certificate, CertificateTemplate
from courses.domain.attendance import plan_training
from courses.models import Enrollment
from exams.domain.attempts import start_attempt
from exams.domain.responses import ResponseInput, record_events
from exams.domain.submission import submit_attempt
from exams.domain.writers import open_writer
from exams.models import Exam, Paper
from lms.accounts.models import User
from lms.core.clock import now
from lms.core.views import render_problem
from lms.notifications.domain import notify
from tests.e2e.console_world import consoles
from tests.e2e.guarded import guarded_session
from tests.factories.accounts import UserFactory
from tests.factories.certificates import (
    CertifiedSyllabusFactory,
    CompletedEnrollmentFactory,
)
from tests.factories.exams import (
    CONTENTS,
    LONG_AGO,
    ExamFactory,
    ItemBankFactory,
    content_for,
    make_fixed_paper,
    make_item,
)

MARKER = "WORLD"
ERRORS = (400, 403, 404, 409, 422, 429, 500)
# A picture that the site really serves, so that a hotspot has something to show.
PICTURE = "/static/ui/img/favicon-512.png"
YEARS_AGO = datetime(2024, 3, 1, tzinfo=UTC)


def build(target: str) -> None:
    """Make all states and print one line of JSON that says where they are."""
    folder = Path(target)
    stamp = now().strftime("%H%M%S%f")
    learner = User.objects.get(email="employee@example.com")
    world = {
        "exams": exams(learner, stamp),
        "certificates": certificates(learner, folder),
        "session": guarded_session(),
        "on_site": on_site(),
        "consoles": consoles(),
        "errors": {language: errors(language) for language in ("zh-hans", "en")},
    }
    notify(
        recipient=learner,
        kind="certificate_issued",
        subject="很长的一条消息：" + "请在本月内完成年度再培训并参加结业考试，" * 3,
        body="Supercalifragilisticexpialidocious" * 4,
        url="/learn/",
        email=False,
    )
    sys.stdout.write(f"\n{MARKER}{json.dumps(world)}\n")


def exams(learner: User, stamp: str) -> dict[str, str]:
    """An exam with every type of item, open and handed in, and one that is over.

    Many tests share the attempt of `sitting`, and some answer in it; in `untouched`
    nobody may answer.
    """
    bank = ItemBankFactory(slug=f"walk-{stamp}", title="各种题型")
    items = []
    for number, name in enumerate(CONTENTS):
        content = content_for(name)
        if "image" in content:
            content["image"] = content["image"] | {"src": PICTURE}
        code = f"{stamp}-{number}"
        items.append(make_item(bank, name, content=content, code=code))
        if name == "case":
            inner = content_for("true_false")
            make_item(
                bank, "true_false", content=inner, parent=items[-1], order=1,
                code=f"{stamp}-in-case",
            )  # fmt: skip
    every = exam(stamp, "every", items, title="各种题型练习")
    brief = exam(stamp, "brief", items[:2], title="两道题的小测验")
    over = exam(stamp, "over", items[:2], title="已经结束的考试")
    Exam.objects.filter(pk=over.pk).update(
        opens_at=now() - timedelta(days=2), closes_at=now() - timedelta(days=1)
    )
    written = again(every, f"walk-{stamp}-written", "等待阅卷的考试")
    keyboard = again(every, f"walk-{stamp}-keyboard", "只用键盘的考试")
    addresses = {
        "every": f"/exams/{every.public_id}/",
        "brief": f"/exams/{brief.public_id}/",
        "over": f"/exams/{over.public_id}/",
        "keyboard": f"/exams/{keyboard.public_id}/",
        "passed": sit(brief, learner, lambda right: right),
        "pending": sit(written, learner, lambda right: right),
        "failed": sit(every, learner, lambda right: None),
    }
    addresses["appeal"] = addresses["passed"].replace("/result/", "/appeal/")
    untouched = again(every, f"walk-{stamp}-untouched", "还没有作答的考试")
    return addresses | {
        "sitting": begin(every, learner),
        "untouched": begin(untouched, learner),
    }


def begin(exam: Exam, candidate: User) -> str:
    """Start an attempt; return the address of its sitting."""
    attempt = start_attempt(exam=exam, candidate=candidate, now=now())
    return f"/attempts/{attempt.public_id}/"


def exam(stamp: str, name: str, items: list[Any], *, title: str) -> Exam:
    paper: Paper = make_fixed_paper(items, slug=f"walk-{stamp}-{name}", title=title)
    return ExamFactory(slug=f"walk-{stamp}-{name}", title=title, paper=paper)


def again(exam: Exam, slug: str, title: str) -> Exam:
    """Copy an exam: another delivery of the same paper."""
    copy = Exam.objects.get(pk=exam.pk)
    copy.pk, copy.public_id, copy.slug, copy.title = None, uuid.uuid4(), slug, title
    copy.save(force_insert=True)
    return copy


def sit(exam: Exam, learner: User, answer: Callable[[Any], Any]) -> str:
    """Sit an exam, answering what `answer` makes of the right answer."""
    attempt = start_attempt(exam=exam, candidate=learner, now=now())
    writer = open_writer(attempt=attempt, client_key="walk", now=now())
    events = []
    for position, entry in attempt.key.blob.items():
        # A question with a model answer has no right one: examiners mark it.
        model = [entry["model"]] if "model" in entry else None
        value = answer(entry.get("correct") or model)
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            events.append(ResponseInput(len(events) + 1, int(position), value))
    record_events(
        public_id=attempt.public_id, writer=writer.number, events=events, now=now()
    )
    submit_attempt(
        attempt=attempt,
        by=learner,
        writer=writer.number,
        last_seq=len(events),
        now=now(),
    )
    return f"/attempts/{attempt.public_id}/result/"


def certificates(learner: User, folder: Path) -> dict[str, str]:
    """One certificate of every verdict; the altered one is a file."""
    staff = User.objects.get(email="superuser@example.com")
    valid = issued(learner)
    revoked = issued(UserFactory(display_name="吴桐", email=None))
    revoke_certificate(
        certificate=revoked,
        reason=RevocationReason.ISSUED_IN_ERROR,
        by=staff,
        now=now(),
    )
    replaced = issued(UserFactory(display_name="郑爽", email=None))
    reissue_certificate(certificate=replaced, by=staff, now=now())
    document = bytearray(valid.pdf.read())
    (folder / "genuine.pdf").write_bytes(bytes(document))
    (folder / "foreign.pdf").write_bytes(b"%PDF-1.4 not one of ours")
    document[len(document) // 2] ^= 1
    (folder / "altered.pdf").write_bytes(bytes(document))
    return {
        "valid": valid.number,
        "revoked": revoked.number,
        "superseded": replaced.number,
        "expired": expired().number,
        "unknown": "AX-2026-999999-00000000",
    }


def on_site() -> dict[str, str]:
    """Plan a training of now, of a lesson that the sample employee owes on site."""
    enrollment = (
        Enrollment.objects.in_force()
        .filter(learner__email="employee@example.com", membership__isnull=False)
        .select_related("syllabus", "membership__organization")
        .order_by("pk")[0]
    )
    unit = next(u for u in enrollment.syllabus.units if u["kind"] == "practical")
    training = plan_training(
        organization=enrollment.membership.organization,
        course_key=enrollment.course_key,
        unit_key=uuid.UUID(unit["key"]),
        place="二号厂房东门",
        led_by="赵安",
        starts_at=now(),
        ends_at=now() + timedelta(hours=2),
        by=User.objects.get(email="admin@example.com"),
    )
    return {"id": str(training.public_id), "secret": training.secret}


def issued(holder: User, *, moment: datetime | None = None) -> Certificate:
    enrollment = CompletedEnrollmentFactory(
        learner=holder,
        syllabus=CertifiedSyllabusFactory(),
        enrolled_at=LONG_AGO,
        completed_at=moment or now(),
    )
    certificate = issue_certificate(enrollment=enrollment, now=moment or now())
    return attach_pdf(certificate_id=certificate.pk)


def expired() -> Certificate:
    """Issue one as of years ago, by a template whose certificates last a month."""
    templates = CertificateTemplate.objects.filter(validity_months=None)
    before = list(templates.values_list("pk", flat=True))
    templates.update(validity_months=1)
    try:
        return issued(UserFactory(display_name="钱多", email=None), moment=YEARS_AGO)
    finally:
        CertificateTemplate.objects.filter(pk__in=before).update(validity_months=None)


def errors(language: str) -> dict[str, str]:
    """Render every error page; most of them can't be met by walking."""
    pages = {}
    with translation.override(language):
        for status in ERRORS:
            request = RequestFactory(SERVER_NAME="127.0.0.1").get("/somewhere/")
            request.user = AnonymousUser()
            request.LANGUAGE_CODE = language
            pages[str(status)] = (
                render_to_string("500.html")
                if status == 500
                else render_problem(request, status=status).content.decode()
            )
    return pages

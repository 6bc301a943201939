import pytest

from courses.domain.move_on import finish_exercise
from courses.domain.progress import complete_unit, sign_off_unit
from courses.domain.queries import outline_of
from courses.enums import EnrollmentState
from courses.errors import SignOffNotPermitted, UnitNotPlayable, UnitUnknown
from courses.models import UnitProgress
from courses.signals import enrollment_completed, unit_completed
from lms.audit.models import AuditEvent
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.courses import NOW, make_enrollment
from tests.factories.organizations import AdministratorFactory, MembershipFactory

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def heard(signal, calls):
    def listen(sender, **values):
        calls.append(values)

    signal.connect(listen, weak=False)
    return listen


def unit(enrollment, number=0):
    return enrollment.syllabus.units[number]["key"]


@pytest.fixture
def employee_enrollment():
    membership = MembershipFactory()
    return make_enrollment(
        learner=membership.user,
        membership=membership,
        kinds=("exercise", "practical"),
    )


def test_completing_twice_changes_and_announces_nothing(
    django_capture_on_commit_callbacks,
):
    enrollment = make_enrollment(kinds=("exercise",))
    units, courses = [], []
    listeners = [heard(unit_completed, units), heard(enrollment_completed, courses)]
    try:
        with django_capture_on_commit_callbacks(execute=True):
            first = complete_unit(
                enrollment=enrollment, unit_key=unit(enrollment), now=NOW
            )
            again = complete_unit(
                enrollment=enrollment, unit_key=unit(enrollment), now=NOW
            )
    finally:
        unit_completed.disconnect(listeners[0])
        enrollment_completed.disconnect(listeners[1])
    assert first.pk == again.pk
    assert len(units) == 1
    assert len(courses) == 1
    assert courses[0]["enrollment"].state == EnrollmentState.COMPLETED


def test_a_failing_ledger_undoes_the_completion():
    enrollment = make_enrollment(kinds=("exercise",))

    def refuse(sender, **values):
        raise RuntimeError("no ledger")

    unit_completed.connect(refuse, weak=False)
    try:
        with pytest.raises(RuntimeError):
            complete_unit(enrollment=enrollment, unit_key=unit(enrollment), now=NOW)
    finally:
        unit_completed.disconnect(refuse)
    assert not UnitProgress.objects.exists()
    enrollment.refresh_from_db()
    assert enrollment.state == EnrollmentState.ACTIVE


def test_the_course_is_completed_with_the_last_required_unit(employee_enrollment):
    enrollment = employee_enrollment
    finish_exercise(enrollment=enrollment, unit_key=unit(enrollment), now=NOW)
    assert enrollment.state == EnrollmentState.ACTIVE
    complete_unit(enrollment=enrollment, unit_key=unit(enrollment, 1), now=NOW)
    assert enrollment.state == EnrollmentState.COMPLETED


def test_a_unit_that_is_not_owed_is_unknown():
    enrollment, other = make_enrollment(), make_enrollment_elsewhere()
    with pytest.raises(UnitUnknown):
        complete_unit(enrollment=enrollment, unit_key=unit(other), now=NOW)


def make_enrollment_elsewhere():
    from tests.factories.courses import make_published_course

    return make_enrollment(course=make_published_course(slug="elsewhere"))


@pytest.mark.parametrize("kind", ["video", "document", "practical"])
def test_only_exercises_are_finished_by_a_button(kind):
    enrollment = make_enrollment(kinds=(kind,))
    with pytest.raises(UnitNotPlayable):
        finish_exercise(enrollment=enrollment, unit_key=unit(enrollment), now=NOW)
    assert not UnitProgress.objects.exists()


def sign(enrollment, by, number=1):
    return sign_off_unit(
        enrollment=enrollment,
        unit_key=unit(enrollment, number),
        by=by,
        evidence={"note": "实操合格"},
        now=NOW,
    )


def test_the_enterprise_signs_off_on_site_training(employee_enrollment):
    organization = employee_enrollment.membership.organization
    admin = AdministratorFactory(organization=organization).user
    progress = sign(employee_enrollment, admin)
    assert progress.is_completed
    assert progress.credited_seconds == 120
    assert progress.evidence == {
        "note": "实操合格",
        "kind": "sign_off",
        "by": str(admin.subject_id),
    }
    sign(employee_enrollment, admin)
    assert AuditEvent.objects.filter(verb="practical_signed_off").count() == 1


def test_nobody_else_signs_off(employee_enrollment):
    organization = employee_enrollment.membership.organization
    colleague = MembershipFactory(organization=organization).user
    foreign_admin = AdministratorFactory().user
    learner_admin = AdministratorFactory(
        organization=organization, user=employee_enrollment.learner
    ).user
    for person in (colleague, foreign_admin, learner_admin, UserFactory(), None):
        with pytest.raises(SignOffNotPermitted):
            sign(employee_enrollment, person)
    assert not UnitProgress.objects.exists()
    assert sign(employee_enrollment, SuperuserFactory()).is_completed


def test_an_administrator_does_not_sign_off_what_is_proved_online(employee_enrollment):
    organization = employee_enrollment.membership.organization
    admin = AdministratorFactory(organization=organization).user
    with pytest.raises(UnitNotPlayable):
        sign(employee_enrollment, admin, number=0)


def test_outline_knows_what_is_done_and_what_is_next(employee_enrollment):
    before = outline_of(
        syllabus=employee_enrollment.syllabus,
        language="zh-hans",
        enrollment=employee_enrollment,
    )
    assert [before.done, len(before.required)] == [0, 2]
    assert before.next_unit.kind == "exercise"
    finish_exercise(
        enrollment=employee_enrollment, unit_key=unit(employee_enrollment), now=NOW
    )
    after = outline_of(
        syllabus=employee_enrollment.syllabus,
        language="zh-hans",
        enrollment=employee_enrollment,
    )
    assert after.done == 1
    assert after.next_unit.is_practical
    assert after.after(before.units[0].key) == after.units[1]
    assert after.after(before.units[1].key) is None

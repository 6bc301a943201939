"""Questions inside lessons: shown without their key, scored here, kept for good."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from courses.activities import item_engine
from courses.domain import scenarios
from courses.domain.authored import Authored
from courses.domain.move_on import settle_unit
from courses.domain.opening import refuse_locked
from courses.domain.progress import lock_learner, owed_unit, refuse_closed
from courses.enums import ActivityKind
from courses.errors import ActivityUnknown
from courses.models import ActivityAnswer, ActivityVersion, Enrollment

SOURCE_LANGUAGE = "zh-hans"
# After so many wrong answers the right one is shown; it still has to be given.
REVEALED_AFTER = 2
Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What is said after an answer.

    Attributes:
        whys: why the chosen options are right or wrong.
        right: the right answer in words; empty while it is not shown yet.
    """

    is_right: bool
    share: float
    text: str
    whys: list[str] = field(default_factory=list)
    right: list[str] = field(default_factory=list)
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One question as a learner sees it; nothing in it gives the key away.

    Attributes:
        view: what is shown, as `exams.interactions` or `scenarios` give it.
        value: the answer given last, in the labels of the view.
        tries: answers so far.
        is_passed: answered rightly once.
    """

    ref: str
    kind: str
    is_check: bool
    view: Content
    value: list[str]
    tries: int
    is_passed: bool
    feedback: Feedback | None

    @property
    def is_answered(self) -> bool:
        return self.feedback is not None


def version_of(activity: Content, language: str) -> str:
    """Return which published question is asked in a language."""
    versions = activity["versions"]
    return str(
        versions.get(language)
        or versions.get(SOURCE_LANGUAGE)
        or next(iter(versions.values()))
    )


def shown_questions(
    *, enrollment: Enrollment, unit: Content, language: str
) -> list[Shown]:
    """Return the questions of an owed unit with the learner's last answers."""
    activities = unit.get("activities", [])
    wanted = {version_of(one, language) for one in activities}
    frozen = {
        row.sha256: row for row in ActivityVersion.objects.filter(sha256__in=wanted)
    }
    given: dict[int, list[ActivityAnswer]] = {}
    rows = ActivityAnswer.objects.filter(
        enrollment=enrollment, unit_key=UUID(unit["key"]), activity__in=frozen.values()
    )
    for row in rows.order_by("number"):
        given.setdefault(row.activity_id, []).append(row)
    shown = []
    for one in activities:
        version = frozen[version_of(one, language)]
        answers = given.get(version.pk, [])
        finished = [row for row in answers if row.is_right is not None]
        shown.append(
            build(
                ref=one["ref"],
                kind=version.kind,
                is_check=one["is_check"],
                content=version.content,
                seed=f"{enrollment.pk}:{version.sha256}",
                value=answers[-1].value if answers else [],
                tries=len(finished),
                is_passed=any(row.is_right for row in finished),
            )
        )
    return shown


def unrecorded_questions(
    *,
    authored: Iterable[Authored],
    ref: str = "",
    value: list[str] | None = None,
    tries: int = 0,
) -> list[Shown]:
    """Return questions as they would be shown, judging an answer without keeping it.

    For authors who look at a lesson, and for learners who do not owe it.
    """
    return [
        build(
            ref=one.ref,
            kind=one.kind,
            is_check=one.is_check,
            content=one.content,
            seed=one.sha256,
            value=(value or []) if one.ref == ref else [],
            tries=tries if one.ref == ref else 0,
            is_passed=False,
        )
        for one in authored
    ]


def build(
    *,
    ref: str,
    kind: str,
    is_check: bool,
    content: Content,
    seed: str,
    value: list[str],
    tries: int,
    is_passed: bool,
) -> Shown:
    """Put one question together; the same seed gives the same order of options."""
    if kind == ActivityKind.SCENARIO:
        view = scenarios.view_of(content, path=value, seed=seed)
        feedback = _of_scenario(content, value, view)
    else:
        view, key = frozen_of(kind, content, seed)
        if kind == ActivityKind.ORDER and value:
            # As it was left: the next try begins there.
            view["options"].sort(
                key=lambda o: value.index(o["key"]) if o["key"] in value else len(value)
            )
        feedback = _of_item(kind, content, view, key, value, tries) if value else None
    return Shown(
        ref=ref,
        kind=kind,
        is_check=is_check,
        view=view,
        value=list(value),
        tries=tries,
        is_passed=is_passed or bool(feedback and feedback.is_right),
        feedback=feedback,
    )


def frozen_of(kind: str, content: Content, seed: str) -> tuple[Content, Content]:
    """Return view and key of a question for one learner."""
    rng = Random(seed)  # noqa: S311 -- the same order at every visit, on purpose
    view, key = item_engine().freeze(kind, content, rng)
    if kind == ActivityKind.ORDER and [o["key"] for o in view["options"]] == (
        item_engine().correct_response(kind, key)
    ):
        # A task that is solved already is no task.
        view["options"] = view["options"][::-1]
    if kind == ActivityKind.HOTSPOT:
        view["spots"] = _spots(content, view)
    return view, key


def _spots(content: Content, view: Content) -> list[Content]:
    """Return all places to draw, numbered as in the list; sizes in percent."""
    places = {region["label"]: region for region in content["regions"]}
    spots = []
    for number, option in enumerate(view["options"], 1):
        box = places[option["text"]]
        x, y, w, h = (round(box[n] * 100, 2) for n in ("x", "y", "width", "height"))
        spots.append(
            {
                "key": option["key"],
                "number": number,
                "text": option["text"],
                "x": x,
                "y": y,
                "w": w,
                "h": h,
                "cx": round(x + w / 2, 2),
                "cy": round(y + h / 2, 2),
            }
        )
    return spots


def _of_item(
    kind: str,
    content: Content,
    view: Content,
    key: Content,
    value: list[str],
    tries: int,
) -> Feedback:
    engine = item_engine()
    _normal, share = engine.score(kind, view, key, value)
    is_right = share >= 1
    is_shown = is_right or tries >= REVEALED_AFTER
    said = content.get("said_right" if is_right else "said_wrong", "")
    correct = engine.correct_response(kind, key)
    return Feedback(
        is_right=is_right,
        share=share,
        text=said or (_("Right.") if is_right else _("Not quite.")),
        whys=_whys(kind, content, view, key, value),
        right=[] if is_right or not is_shown else engine.describe(kind, view, correct),
        explanation=content.get("explanation", "") if is_shown else "",
    )


def _whys(
    kind: str, content: Content, view: Content, key: Content, value: list[str]
) -> list[str]:
    if kind == ActivityKind.HOTSPOT:
        texts = {option["key"]: option["text"] for option in view["options"]}
        chosen = {texts.get(one) for one in value}
        rows = [r for r in content["regions"] if r["label"] in chosen and r["why"]]
        return [f"{row['label']}: {row['why']}" for row in rows]
    whys = content.get("whys", {})
    labels = key.get("labels", {})
    return [whys[labels[one]] for one in value if whys.get(labels.get(one))]


def _of_scenario(content: Content, path: list[str], view: Content) -> Feedback | None:
    if view["situation"] is not None or not path:
        return None
    share = scenarios.share_of(content, path)
    is_right = share >= 1
    said = content.get("said_right" if is_right else "said_wrong", "")
    words = (
        _("You decided well all the way.")
        if is_right
        else _("The story has come to its end. Try another way.")
    )
    return Feedback(is_right=is_right, share=share, text=said or words)


@transaction.atomic
def answer_question(
    *,
    enrollment: Enrollment,
    unit_key: UUID,
    ref: str,
    value: list[str],
    language: str,
    now: datetime,
    step: int = 0,
) -> list[Shown]:
    """Score an answer, keep it, and complete the unit if that was what was missing.

    `value` has the form of the item type (`docs/api.md`); in a scenario it is the
    choice of situation number `step` (from 0).
    Asked again with another answer, both are kept: history appends. Returns the
    questions of the unit as they are now.

    Raises:
        UnitUnknown, EnrollmentClosed, UnitLocked: see `progress` and `opening`.
        ActivityUnknown: `question_unknown`.
        AnswerInvalid: `invalid_value` or `no_answer`.
        AnswerOutOfStep: `out_of_step`; the scenario went on in another tab.
    """
    unit, version = _asked(enrollment, unit_key, ref, language)
    rows = ActivityAnswer.objects.filter(
        enrollment=enrollment, unit_key=unit_key, activity=version
    )
    kept, share, is_right = judge(
        kind=version.kind,
        content=version.content,
        seed=f"{enrollment.pk}:{version.sha256}",
        before=rows.order_by("-number").values_list("value", flat=True).first() or [],
        value=value,
        step=step,
    )
    _keep(
        enrollment, unit_key, version, value=kept, share=share, right=is_right, now=now
    )
    settle_unit(enrollment=enrollment, unit_key=unit_key, now=now)
    return shown_questions(enrollment=enrollment, unit=unit, language=language)


def _asked(
    enrollment: Enrollment, unit_key: UUID, ref: str, language: str
) -> tuple[Content, ActivityVersion]:
    """Lock the learner; return the unit and the published question to be answered."""
    lock_learner(enrollment.learner_id)
    enrollment.refresh_from_db(fields=["state", "syllabus"])
    unit = owed_unit(enrollment=enrollment, unit_key=unit_key)
    refuse_closed(enrollment)
    refuse_locked(enrollment=enrollment, unit_key=unit_key)
    wanted = [one for one in unit.get("activities", []) if one["ref"] == ref]
    if not wanted:
        raise ActivityUnknown(
            "question_unknown", _("There is no such question in this lesson.")
        )
    return unit, ActivityVersion.objects.get(sha256=version_of(wanted[0], language))


def _keep(
    enrollment: Enrollment,
    unit_key: UUID,
    version: ActivityVersion,
    *,
    value: list[str],
    share: float,
    right: bool | None,
    now: datetime,
) -> None:
    rows = ActivityAnswer.objects.filter(
        enrollment=enrollment, unit_key=unit_key, activity=version
    )
    number = rows.aggregate(most=Max("number"))["most"] or 0
    ActivityAnswer.objects.create(
        enrollment=enrollment,
        unit_key=unit_key,
        activity=version,
        number=number + 1,
        value=value,
        share=share,
        is_right=right,
        answered_at=now,
    )


@transaction.atomic
def restart_scenario(
    *, enrollment: Enrollment, unit_key: UUID, ref: str, language: str, now: datetime
) -> list[Shown]:
    """Begin a story again; what was decided before stays written down.

    Raises:
        UnitUnknown, EnrollmentClosed, UnitLocked, ActivityUnknown: as
            `answer_question`.
    """
    unit, version = _asked(enrollment, unit_key, ref, language)
    if version.kind == ActivityKind.SCENARIO:
        _keep(enrollment, unit_key, version, value=[], share=0.0, right=None, now=now)
    return shown_questions(enrollment=enrollment, unit=unit, language=language)


def judge(
    *,
    kind: str,
    content: Content,
    seed: str,
    before: list[str],
    value: list[str],
    step: int,
) -> tuple[list[str], float, bool | None]:
    """Return what is kept of an answer, its share of the points, and whether right.

    Raises:
        AnswerInvalid, AnswerOutOfStep: see `answer_question`.
    """
    if kind == ActivityKind.SCENARIO:
        path = scenarios.go_on(
            content, before=before, value=value, step=step, seed=seed
        )
        if scenarios.situation_at(content, path) is not None:
            return path, 0.0, None
        share = scenarios.share_of(content, path)
        return path, share, share >= 1
    view, key = frozen_of(kind, content, seed)
    normal, share = item_engine().score(kind, view, key, value)
    return normal, share, share >= 1

"""What the frame of every page asks about the reader's consoles."""

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Exists, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from exams.domain.examiners import is_examiner
from exams.models import Exam, MarkingTask
from exams.permissions import is_invigilator
from lms.accounts.models import User
from lms.organizations.permissions import is_administrator, is_regulator

REMEMBERED_SECONDS = 60


@dataclass(frozen=True)
class Console:
    """One entry of the account menu."""

    label: str
    url: str
    icon: str


def consoles_of(request: HttpRequest) -> list[Console]:
    """List the consoles a person may open."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    found = []
    if is_administrator(user):
        url = reverse("portal:enterprises")
        found.append(Console(_("Enterprise console"), url, icon="building-2"))
    if is_regulator(user):
        url = reverse("portal:regulator")
        found.append(Console(_("Regulator's desk"), url, icon="shield-check"))
    desks = _desks(user)
    if desks["marking"]:
        url = reverse("exams:marking")
        found.append(Console(_("Marking"), url, icon="clipboard-check"))
    if desks["invigilation"]:
        url = reverse("exams:invigilation")
        found.append(Console(_("Invigilation"), url, icon="scan-eye"))
    if user.has_perm("wagtailadmin.access_admin"):
        url = reverse("wagtailadmin_home")
        found.append(Console(_("Editing"), url, icon="pencil"))
    return found


def _desks(user: User) -> dict[str, bool]:
    """Tell at which desks of the exams there is anything, in one query at most.

    Every page asks, so the answer is kept for a while.
    """
    rows: dict[str, QuerySet[Any]] = {}
    if is_examiner(user):
        rows["marking"] = MarkingTask.objects.visible_to(user)
    if is_invigilator(user):
        rows["invigilation"] = Exam.objects.invigilated_by(user)
    found = dict.fromkeys(("marking", "invigilation"), False)
    if not rows:
        return found
    key = f"portal:desks:{user.pk}"
    known = cache.get(key)
    if known is None:
        asked = {name: Exists(desk) for name, desk in rows.items()}
        known = User.objects.filter(pk=user.pk).values(**asked).get()
        cache.set(key, known, timeout=REMEMBERED_SECONDS)
    return found | {name: known.get(name, False) for name in rows}


def consoles(request: HttpRequest) -> dict[str, object]:
    """Give the frame `consoles`; nothing is asked until the menu is drawn."""
    return {"consoles": SimpleLazyObject(lambda: consoles_of(request))}

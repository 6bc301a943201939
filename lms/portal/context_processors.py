"""What the frame of every page asks about the reader's consoles."""

from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import QuerySet
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
    if is_examiner(user) and _has(user, MarkingTask.objects.visible_to(user)):
        url = reverse("exams:marking")
        found.append(Console(_("Marking"), url, icon="clipboard-check"))
    if is_invigilator(user) and _has(user, Exam.objects.invigilated_by(user)):
        url = reverse("exams:invigilation")
        found.append(Console(_("Invigilation"), url, icon="scan-eye"))
    if user.has_perm("wagtailadmin.access_admin"):
        url = reverse("wagtailadmin_home")
        found.append(Console(_("Editing"), url, icon="pencil"))
    return found


def _has(user: User, rows: QuerySet) -> bool:
    """Tell whether there is anything at a desk; every page asks, so it is kept."""
    key = f"portal:has:{rows.model._meta.model_name}:{user.pk}"  # noqa: SLF001 -- Django's public name for it
    answer = cache.get(key)
    if answer is None:
        answer = rows.exists()
        cache.set(key, answer, timeout=REMEMBERED_SECONDS)
    return bool(answer)


def consoles(request: HttpRequest) -> dict[str, object]:
    """Give the frame `consoles`; nothing is asked until the menu is drawn."""
    return {"consoles": SimpleLazyObject(lambda: consoles_of(request))}

"""Everything that a learner can take home, in one place."""

from dataclasses import dataclass
from datetime import date

from certificates.domain.queries import certificates_of
from courses.domain.handouts import HandoutLine, handouts_in
from courses.models import Enrollment
from lms.accounts.models import User
from lms.reporting.domain.certificates import CertificateLine, certificate_lines
from lms.reporting.models import TrainingArchive


@dataclass(frozen=True)
class Downloads:
    """Certificates, hand-outs taken before, and sealed archives of one's own."""

    certificates: list[CertificateLine]
    handouts: list[HandoutLine]
    archives: list[TrainingArchive]

    @property
    def is_empty(self) -> bool:
        return not (self.certificates or self.handouts or self.archives)


def downloads_of(*, user: User, language: str, today: date) -> Downloads:
    """Return what the person may download; of nobody else. Five queries."""
    enrollments = Enrollment.objects.in_force().filter(learner=user)
    return Downloads(
        certificates=certificate_lines(certificates=certificates_of(user), today=today),
        handouts=handouts_in(
            enrollments=enrollments.select_related("syllabus"), language=language
        ),
        archives=list(
            TrainingArchive.objects.filter(membership__user=user).order_by("-built_at")
        ),
    )

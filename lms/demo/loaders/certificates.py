"""The demo's issuer and its two templates."""

from collections.abc import Callable
from pathlib import Path

from certificates.domain.templates import set_up_template
from certificates.models import Issuer

ISSUER = {
    "code": "AX",
    "name": "安学安全生产培训平台",
    "name_en": "Anxue Work Safety Training",
}


def load(*, content_dir: Path, log: Callable[[str], None]) -> None:
    """Create issuer and templates; a second run changes nothing."""
    issuer, _ = Issuer.objects.get_or_create(code=ISSUER["code"], defaults=ISSUER)
    for language in ("zh-hans", "en"):
        set_up_template(issuer=issuer, name="培训结业证明", language=language)
    log("certificates: issuer AX, templates in Chinese and English")

from pathlib import Path

import pytest

from certificates.models import CertificateTemplate, Issuer
from lms.demo.loaders import certificates as loader

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def test_loading_twice_gives_one_issuer_and_a_template_for_each_language():
    lines: list[str] = []
    for _ in range(2):
        loader.load(content_dir=Path(), log=lines.append)
    assert Issuer.objects.get().code == "AX"
    templates = CertificateTemplate.objects.order_by("language")
    assert [t.language for t in templates] == ["en", "zh-hans"]
    for template in templates:
        template.full_clean()
    assert len(lines) == 2

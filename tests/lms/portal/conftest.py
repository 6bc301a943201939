import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _start_in_chinese():
    """An earlier test's request may have left another language behind."""
    with translation.override("zh-hans"):
        yield

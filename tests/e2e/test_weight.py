"""The byte budget of public pages, counted on the wire from the running site."""

import pytest

from tests.e2e.weight import BUDGET, PAGES, PLAYER, WITH_PLAYER, weigh

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.usefixtures("sqlite_only"),
]


@pytest.mark.parametrize("name", PAGES)
def test_a_public_page_stays_in_its_budget(name, site, browser):
    weight = weigh(browser, site.url, PAGES[name])
    assert weight["CSS"] > 0
    assert weight["total"] < BUDGET, weight
    players = [path for path in weight["scripts"] if PLAYER in path]
    assert not players or name in WITH_PLAYER, weight["scripts"]

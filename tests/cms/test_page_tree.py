import pytest
from wagtail.models import Locale, Page, Site, get_page_models

from cms.models import BasePage, CaseIndexPage, HomePage, LawIndexPage
from cms.receivers import give_site_its_address

pytestmark = [pytest.mark.unit, pytest.mark.django_db]

LIBRARIES = ["laws", "policies", "cases", "faq", "checklists", "topics"]


def test_first_migration_makes_both_languages_and_replaces_the_welcome_page():
    codes = set(Locale.objects.values_list("language_code", flat=True))

    assert codes == {"zh-hans", "en"}
    assert Site.objects.get().root_page.specific == HomePage.objects.get(
        locale__language_code="zh-hans"
    )
    assert not Page.objects.filter(title__startswith="Welcome").exists()
    assert Page.find_problems() == ([], [], [], [], [])


@pytest.mark.parametrize("code", ["zh-hans", "en"])
def test_every_library_stands_in_each_tree(code):
    home = HomePage.objects.get(locale__language_code=code)

    slugs = set(home.get_children().live().values_list("slug", flat=True))

    assert slugs >= set(LIBRARIES)


def test_the_trees_are_translations_of_each_other():
    chinese = LawIndexPage.objects.get(locale__language_code="zh-hans")

    english = chinese.get_translation(Locale.objects.get(language_code="en"))

    assert english.slug == "laws"
    assert english.get_url() == "/en/laws/"
    assert chinese.get_url() == "/laws/"


def test_every_page_type_declares_where_it_may_stand():
    missing = [
        model.__name__
        for model in get_page_models()
        if issubclass(model, BasePage) and "parent_page_types" not in vars(model)
    ]

    assert missing == []


@pytest.mark.parametrize("url", ["https://learn.example.com", "http://127.0.0.1:8101"])
def test_whole_addresses_of_pages_begin_with_the_address_of_the_site(settings, url):
    settings.SITE_URL = url

    give_site_its_address(sender=None)

    page = CaseIndexPage.objects.get(locale__language_code="zh-hans")
    assert page.full_url == f"{url}{page.url}"
    assert page.url.startswith("/")

from django.urls import path, re_path

from cms.views import laws, search

app_name = "cms"

# A law's slug as Wagtail writes it; an article's address as `eid` or as a number.
SLUG = r"(?P<slug>[-\w]+)"
ADDRESS = r"(?P<address>(?:art_)?\d[\w-]*|第[^/]{1,12})"

urlpatterns = [
    path("search/", search.search, name="search"),
    path("search/live/", search.live, name="search_live"),
    re_path(rf"^laws/{SLUG}/go/$", laws.jump, name="jump"),
    re_path(rf"^laws/{SLUG}/compare/$", laws.compare, name="compare"),
    re_path(rf"^laws/{SLUG}/{ADDRESS}/$", laws.article, name="article"),
]

"""`/api/v1/`: one module per resource, each with its own `urlpatterns`."""

from importlib import import_module

from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView

from lms.api.views import UnknownAddressView, show_reference

app_name = "api"

RESOURCES = (
    # First: the addresses that are called most.
    "attempts",
    "lessons",
    "search",
    "laws",
    "questions",
    "courses",
    "enrollments",
    "exams",
    "practice",
    "wrong_answers",
    "verify_batch",
    "certificates",
    "register",
    "organizations",
    "statements",
    "jobs",
    "approvals",
    "packages",
    "associations",
)

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", show_reference, name="docs"),
]
for name in RESOURCES:
    urlpatterns += import_module(f"lms.api.resources.{name}").urlpatterns
# The last one: programs get a problem, not the page that tells people of a 404.
urlpatterns += [re_path("", UnknownAddressView.as_view(), name="unknown")]

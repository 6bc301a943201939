"""Composition root: which app answers which address."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.auth import require_admin_access
from wagtail.documents import urls as wagtaildocs_urls

from lms.accounts.wagtail_users import PersonAccountView
from lms.core import health
from lms.core.uploads import serve_upload

handler400 = "lms.core.views.bad_request"
handler403 = "lms.core.views.permission_denied"
handler404 = "lms.core.views.page_not_found"


urlpatterns = [
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    # One sign-in for everybody: with the second factor, rate limits and audit.
    path(
        "admin/login/",
        RedirectView.as_view(pattern_name="account_login", query_string=True),
    ),
    path("admin/account/", require_admin_access(PersonAccountView.as_view())),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("language/", set_language, name="set_language"),
    path("api/v1/", include("lms.api.urls")),
    path("media/", include("media_pipeline.urls")),
    path("", include("certificates.well_known_urls")),
]
if not settings.S3_BUCKET:
    urlpatterns += [path("uploads/<path:path>", serve_upload, name="upload")]

urlpatterns += i18n_patterns(
    path("account/", include("lms.accounts.urls")),
    path("account/", include("lms.organizations.urls")),
    path("account/", include("lms.notifications.urls")),
    path("", include("courses.urls")),
    path("", include("exams.urls")),
    path("", include("certificates.urls")),
    path("", include("lms.portal.urls")),
    path("", include("lms.ui.urls")),
    path("", include("cms.urls")),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)

"""Entries of the certificate register in the Wagtail admin."""

from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from certificates.permissions import can_manage_certificates
from certificates.views import awards, batches, designs, office, rules


class CertificatesMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return can_manage_certificates(request.user)


@hooks.register("register_admin_urls")
def register_office_urls() -> list[URLResolver]:
    patterns = [
        path("", office.index, name="index"),
        path("templates/", designs.index, name="templates"),
        path("templates/<int:pk>/", designs.edit, name="template"),
        path("templates/<int:pk>/copy/", designs.copy, name="template_copy"),
        path("templates/<int:pk>/preview/", designs.preview, name="preview"),
        path("templates/<int:pk>/pictures/", designs.upload, name="upload"),
        path("awards/", awards.index, name="awards"),
        path("awards/<int:pk>/end/", awards.end, name="award_end"),
        path("rules/", rules.index, name="rules"),
        path("batches/", batches.index, name="batches"),
        path("batches/completions/", batches.completions, name="completions"),
        path("batches/training/", batches.training, name="training"),
        path("batches/<uuid:public_id>/", batches.detail, name="batch"),
        path(
            "batches/<uuid:public_id>/certificates/",
            batches.certificates,
            name="batch_certificates",
        ),
        path("batches/<uuid:public_id>/retry/", batches.retry, name="batch_retry"),
        path(
            "batches/<uuid:public_id>/evidence/",
            batches.evidence,
            name="batch_evidence",
        ),
        path("<str:number>/", office.detail, name="detail"),
    ]
    included = (patterns, "certificates_office")
    return [path("certificates/", include(included, namespace="certificates_office"))]


@hooks.register("register_admin_menu_item")
def register_office_menu_item() -> MenuItem:
    return CertificatesMenuItem(
        _("Certificates"),
        reverse("certificates_office:index"),
        name="certificates",
        icon_name="doc-full",
        order=700,
    )

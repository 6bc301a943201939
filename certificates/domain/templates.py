"""Layouts: the one every installation starts with, and those designed in the admin."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from certificates.errors import TemplateRefused
from certificates.models import CertificateTemplate, Issuer, TemplatePicture
from certificates.validators import validate_layout
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb

NOTE_ZH = (
    "本证明记录一次安全生产培训的完成情况，"
    "不是特种作业操作证，也不能代替特种作业操作证。"
)
NOTE_EN = (
    "This certificate records completed training. It is not a special-operations "
    "license and does not replace one."
)
LAYOUTS: dict[str, dict[str, Any]] = {
    "zh-hans": {
        "version": 1,
        "orientation": "landscape",
        "heading": "安全生产培训结业证明",
        "subheading": "Certificate of Work Safety Training",
        "statement": "已完成下列安全生产培训的全部课程，符合结业要求。",
        "note": f"{NOTE_ZH} {NOTE_EN}",
    },
    "en": {
        "version": 1,
        "orientation": "landscape",
        "heading": "Certificate of Work Safety Training",
        "subheading": "安全生产培训结业证明",
        "statement": "has completed all units of the work-safety training named below.",
        "note": f"{NOTE_EN} {NOTE_ZH}",
    },
}


def set_up_template(
    *,
    issuer: Issuer,
    name: str,
    language: str,
    validity_months: int | None = None,
) -> CertificateTemplate:
    """Return the first version of a template, creating it from the standard layout."""
    template, _ = CertificateTemplate.objects.get_or_create(
        issuer=issuer,
        name=name,
        language=language,
        version=1,
        defaults={
            "layout": LAYOUTS[language],
            "validity_months": validity_months,
            "owner_organization_id": issuer.owner_organization_id,
        },
    )
    return template


def placed_layout(language: str) -> dict[str, Any]:
    """Return a layout of version 2 to start designing from: landscape A4, in mm."""

    def field(name: str, y: int, size: int, **more: Any) -> dict[str, Any]:
        place = {"name": name, "x": 30, "y": y, "width": 237, "size": size}
        return place | {"align": "center", "color": "ink", "bold": False} | more

    texts = LAYOUTS[language]
    is_english = language == "en"
    low = {"align": "right", "x": 187, "width": 90}
    return texts | {
        "version": 2,
        "page": "A4",
        "background": None,
        "pictures": [],
        "qr": {"x": 20, "y": 140, "size": 40},
        "fields": [
            field("issuer", 22, 11, color="muted"),
            field("text", 34, 30, bold=True, text=texts["heading"]),
            field("text", 50, 11, color="muted", text=texts["subheading"]),
            field("holder", 68, 28, bold=True),
            field("text", 86, 12, color="muted", text=texts["statement"]),
            field("title", 98, 19, bold=True, color="accent"),
            # A long title takes two lines, and so does the other language.
            field("title_other", 116, 10, color="muted"),
            field("hours", 126, 12, text="" if is_english else "培训 "),
            field("organization", 133, 12),
            field("number", 183, 9, align="left", x=20, width=90),
            field(
                "issued_on", 176, 10, text="Issued " if is_english else "签发日期 ",
                **low,
            ),
            field(
                "valid_until", 182, 10,
                text="Valid until " if is_english else "有效期至 ", **low,
            ),
            field("text", 196, 8, color="muted", text=texts["note"]),
        ],
    }  # fmt: skip


def family_of(
    template: CertificateTemplate, *, name: str = ""
) -> QuerySet[CertificateTemplate]:
    """Return all versions of a template, or of another `name` beside it."""
    return CertificateTemplate.objects.filter(
        issuer=template.issuer,
        name=name or template.name,
        language=template.language,
    )


@transaction.atomic
def save_version(
    *, template: CertificateTemplate, layout: dict[str, Any],
    validity_months: int | None, by: User, validity_rule: str = "",
) -> CertificateTemplate:  # fmt: skip
    """Write the design as the next version; the one before stays as it was, unused.

    Saving what did not change returns the version that is there.

    Raises:
        ValidationError: the layout names what is wrong with it.
        TemplateRefused: `picture_missing`, or `changed_meanwhile` by somebody else.
    """
    validate_layout(layout)
    _require_pictures(layout)
    same = (template.layout, template.validity_months, template.validity_rule) == (
        layout, validity_months, validity_rule,
    )  # fmt: skip
    if same and template.is_active:
        return template
    family = family_of(template)
    newest = family.aggregate(newest=Max("version"))["newest"]
    if newest != template.version:
        raise TemplateRefused(
            "changed_meanwhile",
            _("Somebody saved version %(version)s meanwhile. Open that one.")
            % {"version": newest},
        )
    try:
        with transaction.atomic():
            saved = _write_like(
                template, version=newest + 1, layout=layout,
                validity_months=validity_months, validity_rule=validity_rule,
            )  # fmt: skip
    except IntegrityError as error:
        raise TemplateRefused(
            "changed_meanwhile", _("Somebody else saved it at the same time.")
        ) from error
    family.exclude(pk=saved.pk).update(is_active=False)
    _note(saved, by=by)
    return saved


@transaction.atomic
def copy_template(
    *, template: CertificateTemplate, name: str, by: User
) -> CertificateTemplate:
    """Start another template from this version, in the same language.

    The one it comes from stays in use, and courses go on taking it.

    Raises:
        TemplateRefused: `name_taken`.
    """
    if family_of(template, name=name).exists():
        raise TemplateRefused("name_taken", _("A template has this name already."))
    copy = _write_like(template, name=name, version=1)
    _note(copy, by=by)
    return copy


def _write_like(template: CertificateTemplate, **changes: Any) -> CertificateTemplate:
    """Write a template that differs from another in `changes` only, and is in use."""
    values = {
        "issuer": template.issuer,
        "name": template.name,
        "language": template.language,
        "layout": template.layout,
        "validity_months": template.validity_months,
        "validity_rule": template.validity_rule,
        "audience": template.audience,
        "owner_organization_id": template.owner_organization_id,
    }
    return CertificateTemplate.objects.create(**values | changes)


def _note(template: CertificateTemplate, *, by: User) -> None:
    record(
        actor=by,
        verb=Verb.CERTIFICATE_TEMPLATE_SAVED,
        obj=template,
        data={"name": template.name, "version": template.version},
    )


def _require_pictures(layout: dict[str, Any]) -> None:
    named = {part["sha256"] for part in layout.get("pictures", [])}
    if layout.get("background"):
        named.add(layout["background"])
    stored = TemplatePicture.objects.filter(sha256__in=named).count()
    if stored != len(named):
        raise TemplateRefused(
            "picture_missing", _("A picture of the layout is not stored here.")
        )

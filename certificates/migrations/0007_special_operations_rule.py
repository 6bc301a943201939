"""The dated rule for special operations, as project content.

The rule of 2010 (Order 30 of the State Administration of Work Safety): six years, with
a review every three. Re-issued as Order 19 of the Ministry of Emergency Management: from
2026-06-01 six years and then a new license, no review any more. The new text was not to
be had; the day and the change were read in published secondary copies of the ministry's
words, so its article is left open.
"""

from datetime import date

from django.db import migrations

CODE = "special-operations"
RULE = "特种作业人员安全技术培训考核管理规定"
NAMES = {"name": "特种作业", "name_en": "Special operations"}
ROWS = [
    {
        "effective_from": date(2010, 7, 1),
        "months": 72,
        "review_months": 36,
        "basis": f"《{RULE}》（国家安全生产监督管理总局令第30号）",
        "article": "第十九条、第二十一条",
        "source": "secondary",
        "note": "有效期6年，每3年复审1次；适用至2026年5月31日。",
    },
    {
        "effective_from": date(2026, 6, 1),
        "months": 72,
        "review_months": None,
        "basis": f"《{RULE}》（应急管理部令第19号）",
        "article": "",
        "source": "to_be_checked",
        "note": "自2026年6月1日起不再复审，6年到期换证；条号待与正式文本核对。",
    },
]


def add_rows(apps, schema_editor):
    rule = apps.get_model("certificates", "ValidityRule")
    for row in ROWS:
        rule.objects.get_or_create(
            code=CODE, effective_from=row["effective_from"], defaults=NAMES | row
        )


class Migration(migrations.Migration):
    dependencies = [("certificates", "0006_dated_validity_and_photos")]

    # Rows that certificates may rest on stay when the schema goes back.
    operations = [migrations.RunPython(add_rows, migrations.RunPython.noop)]

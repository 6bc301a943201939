"""How long training records are kept, as far as rules were found.

A law that names years for all enterprises was not found. The years of the province
whose text is known are taken for everybody, and the longest for whom nothing is said
of another group; an editor changes them by a new row.
"""

from datetime import date

from django.db import migrations

BASIS = "赣应急字〔2024〕24号 第十五条"
RULES = [
    ("special-operator", "special_operator", 6),
    ("principal", "principal", 3),
    ("safety-manager", "safety_manager", 3),
    ("worker", "worker", 3),
    ("other", "other", 3),
]


def add_rules(apps, schema_editor):
    rule = apps.get_model("reporting", "RetentionRule")
    for code, category, years in RULES:
        rule.objects.get_or_create(
            code=f"retention-{code}",
            defaults={
                "category": category,
                "years": years,
                "effective_from": date(2024, 1, 1),
                "basis": BASIS,
                "note": "Secondary source; to be checked against the official text.",
            },
        )


def remove_rules(apps, schema_editor):
    codes = [f"retention-{code}" for code, _category, _years in RULES]
    apps.get_model("reporting", "RetentionRule").objects.filter(code__in=codes).delete()


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_archives")]

    operations = [migrations.RunPython(add_rules, remove_rules)]

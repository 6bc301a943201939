"""The three levels, changes of post and returns, as rules with their citations.

生产经营单位安全培训规定 (Order 3, as amended in 2015) article 12: 加工、制造业等生产单位的其他
从业人员 pass the levels plant (mine), workshop and team before they take up a post.
Article 17: who changes the post or comes back after a year passes workshop and team
again. Both were read in published secondary copies, not on the issuing body's page.
The rule names no hours for a level; enterprises may add a version of their own region.
"""

from datetime import date

from django.db import migrations

ORDER_3 = "training-rules-order-3"
RULE = "生产经营单位安全培训规定"
SINCE = date(2015, 7, 1)
ALL = ["factory", "workshop", "team"]
AGAIN = ["workshop", "team"]

# code, phase, levels, only these industries, article, basis, note
RULES = [
    (
        "worker-levels-initial",
        "initial",
        ALL,
        ["B", "C"],
        "12",
        f"{RULE} 第十二条",
        "“加工、制造业等”按国民经济行业分类的采矿业（B）和制造业（C）设置。",
    ),
    ("worker-levels-transfer", "transfer", AGAIN, [], "17", f"{RULE} 第十七条", ""),
    ("worker-levels-return", "return", AGAIN, [], "17", f"{RULE} 第十七条", ""),
]


def add_rules(apps, schema_editor):
    rules = apps.get_model("compliance", "TrainingRule").objects
    # What the platform brought itself is in force; only later versions are reviewed.
    rules.filter(state="draft").update(state="approved")
    for code, phase, levels, industries, article, basis, note in RULES:
        rules.update_or_create(
            code=code,
            version=1,
            defaults={
                "category": "worker",
                "industry_class": "general",
                "phase": phase,
                "topic": "levels",
                "hours": 0,
                "levels": levels,
                "industry_prefixes": industries,
                "effective_from": SINCE,
                "law_slug": ORDER_3,
                "article": article,
                "basis": basis,
                "source": "secondary",
                "note": note,
                "state": "approved",
            },
        )


def remove_rules(apps, schema_editor):
    """Remove what this migration added; fails while obligations stand on it."""
    apps.get_model("compliance", "TrainingRule").objects.filter(
        code__in=[row[0] for row in RULES], version=1
    ).delete()


def copy_terms(apps, schema_editor):
    """Duties that were derived before name the phase and group of their rule."""
    obligations = apps.get_model("compliance", "Obligation").objects
    for rule in apps.get_model("compliance", "TrainingRule").objects.all():
        obligations.filter(rule=rule).update(
            phase=rule.phase, topic=rule.topic, category=rule.category
        )


def let_editors_in(apps, schema_editor):
    """Editors write rules, moderators approve them."""
    types = apps.get_model("contenttypes", "ContentType").objects
    kind, _is_new = types.get_or_create(app_label="compliance", model="trainingrule")
    permissions = apps.get_model("auth", "Permission").objects
    names = {
        "add_trainingrule": "Can add training rule",
        "change_trainingrule": "Can change training rule",
        "view_trainingrule": "Can view training rule",
        "approve_trainingrule": "Can approve training rules",
    }
    rows = {
        codename: permissions.get_or_create(
            content_type=kind, codename=codename, defaults={"name": name}
        )[0]
        for codename, name in names.items()
    }
    groups = apps.get_model("auth", "Group").objects
    for group in groups.filter(name__in=("Editors", "Moderators")):
        wanted = [row for code, row in rows.items() if not code.startswith("approve")]
        if group.name == "Moderators":
            wanted.append(rows["approve_trainingrule"])
        group.permissions.add(*wanted)


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0004_duty_terms"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0094_alter_page_locale"),
    ]

    operations = [
        migrations.RunPython(add_rules, remove_rules),
        migrations.RunPython(copy_terms, migrations.RunPython.noop),
        migrations.RunPython(let_editors_in, migrations.RunPython.noop),
    ]

"""The statutory hours, with their basis, as project content.

Hours are those of 生产经营单位安全培训规定 (Order 3, as amended in 2015) articles 9 and 13,
and of the policy document 安委〔2012〕10号 where the rule is silent. Both were read in
published secondary copies, not on the issuing body's page: the source says so.
"""

from datetime import date
from decimal import Decimal

from django.db import migrations

ORDER_3 = "training-rules-order-3"
RULE = "生产经营单位安全培训规定"
NOTICE = "国务院安委会关于进一步加强安全培训工作的决定（安委〔2012〕10号）"
SINCE_RULE = date(2015, 7, 1)
SINCE_NOTICE = date(2012, 11, 21)

# code, category, industry, phase, hours, article, basis, in force from, note
RULES = [
    (
        "principal-general-initial",
        "principal",
        "general",
        "initial",
        32,
        "9",
        f"{RULE} 第九条第一款",
        SINCE_RULE,
        "",
    ),
    (
        "principal-general-annual",
        "principal",
        "general",
        "annual",
        12,
        "9",
        f"{RULE} 第九条第一款",
        SINCE_RULE,
        "",
    ),
    (
        "principal-high-risk-initial",
        "principal",
        "high_risk",
        "initial",
        48,
        "9",
        f"{RULE} 第九条第二款",
        SINCE_RULE,
        "",
    ),
    (
        "principal-high-risk-annual",
        "principal",
        "high_risk",
        "annual",
        16,
        "9",
        f"{RULE} 第九条第二款",
        SINCE_RULE,
        "",
    ),
    (
        "safety-manager-general-initial",
        "safety_manager",
        "general",
        "initial",
        32,
        "9",
        f"{RULE} 第九条第一款",
        SINCE_RULE,
        "",
    ),
    (
        "safety-manager-general-annual",
        "safety_manager",
        "general",
        "annual",
        12,
        "9",
        f"{RULE} 第九条第一款",
        SINCE_RULE,
        "",
    ),
    (
        "safety-manager-high-risk-initial",
        "safety_manager",
        "high_risk",
        "initial",
        48,
        "9",
        f"{RULE} 第九条第二款",
        SINCE_RULE,
        "",
    ),
    (
        "safety-manager-high-risk-annual",
        "safety_manager",
        "high_risk",
        "annual",
        16,
        "9",
        f"{RULE} 第九条第二款",
        SINCE_RULE,
        "",
    ),
    (
        "worker-general-initial",
        "worker",
        "general",
        "initial",
        24,
        "13",
        f"{RULE} 第十三条第一款",
        SINCE_RULE,
        "",
    ),
    (
        "worker-general-annual",
        "worker",
        "general",
        "annual",
        8,
        "",
        NOTICE,
        SINCE_NOTICE,
        "规章未规定每年再培训学时，依据是规范性文件。",
    ),
    (
        "worker-high-risk-initial",
        "worker",
        "high_risk",
        "initial",
        72,
        "13",
        f"{RULE} 第十三条第二款",
        SINCE_RULE,
        "",
    ),
    (
        "worker-high-risk-annual",
        "worker",
        "high_risk",
        "annual",
        20,
        "13",
        f"{RULE} 第十三条第二款",
        SINCE_RULE,
        "",
    ),
    (
        "worker-construction-initial",
        "worker",
        "construction",
        "initial",
        32,
        "",
        NOTICE,
        SINCE_NOTICE,
        "依据是规范性文件。",
    ),
    (
        "worker-construction-annual",
        "worker",
        "construction",
        "annual",
        20,
        "",
        NOTICE,
        SINCE_NOTICE,
        "依据是规范性文件。",
    ),
]


def add_rules(apps, schema_editor):
    rules = apps.get_model("compliance", "TrainingRule").objects
    for code, category, industry, phase, hours, article, basis, since, note in RULES:
        rules.update_or_create(
            code=code,
            version=1,
            defaults={
                "category": category,
                "industry_class": industry,
                "phase": phase,
                "hours": Decimal(hours),
                "effective_from": since,
                "law_slug": ORDER_3 if article else "",
                "article": article,
                "basis": basis,
                "source": "secondary",
                "note": note,
            },
        )


def remove_rules(apps, schema_editor):
    """Remove what this migration added; fails while obligations stand on it."""
    apps.get_model("compliance", "TrainingRule").objects.filter(
        code__in=[row[0] for row in RULES], version=1
    ).delete()


class Migration(migrations.Migration):
    dependencies = [("compliance", "0001_initial")]

    operations = [migrations.RunPython(add_rules, remove_rules)]

"""Made-up certificates for the preview: short, long, rare, many lines of hours."""

import hashlib
from typing import Any

from certificates.domain.placing import SAMPLE_PHOTO
from certificates.domain.wording import label

SAMPLES = ("short", "long", "rare", "record")
LONG_NAME = "阿卜杜热合曼·买买提吐尔逊·艾克拜尔江"
LONG_TITLE = (
    "金属冶炼企业主要负责人和安全生产管理人员初次安全培训（含有限空间作业、动火作业、"
    "高处作业及应急处置专题）二〇二六年度第三期"
)
LONG_ENGLISH = (
    "Initial work-safety training for principals and safety managers of "
    "metal-smelting enterprises, including confined-space and hot-work modules"
)
LONG_ORGANIZATION = (
    "江海市高新技术产业开发区精密装备制造与金属表面处理联合有限责任公司第二分公司"
)
SUBJECTS = (
    ("安全生产法律法规", "Laws and regulations"),
    ("危险源辨识与风险管控", "Hazards and risk control"),
    ("有限空间作业", "Confined spaces"),
    ("应急处置与自救互救", "Emergency response"),
)


def sample_payload(
    *, layout: dict[str, Any], issuer: dict[str, str], language: str, sample: str
) -> dict[str, Any]:
    """Return a payload to look at; its number and token are recognizably none."""
    holder, title, other, organization = _texts(sample, language)
    return {
        "number": "AX-0000-000000-SAMPLE00",
        "language": language,
        "issuer": issuer,
        "holder": {"name": holder, "masked": "*"},
        "photo": SAMPLE_PHOTO,
        "title": {"text": title, "other": other},
        "hours": _hours(sample),
        "organization": organization,
        "score": {"score": "92", "max": "100"},
        "completed_on": "2026-11-20",
        "issued_on": "2026-11-23",
        "review_on": "2027-11-22",
        "valid_until": "2029-11-22",
        "layout": {"note": "", "statement": "", "subheading": ""} | layout,
        "verify_url": "https://example.com/verify/",
        # As long as a real token, so that the code has its real grain.
        "token": f"SAMPLE{hashlib.sha512(b'sample').hexdigest() * 3}",
    }


def _texts(sample: str, language: str) -> tuple[str, str, str, str]:
    if sample == "long":
        pair = (LONG_TITLE, LONG_ENGLISH)
        title, other = pair[::-1] if language == "en" else pair
        return LONG_NAME, title, other, LONG_ORGANIZATION
    pair = ("十分钟安全入门", "Safety in ten minutes")
    name = "𠮷田䶮·㛃" if sample == "rare" else "张伟"
    title, other = pair[::-1] if language == "en" else pair
    return name, title, other, "江海精工机械有限公司"


def _hours(sample: str) -> list[dict[str, Any]]:
    total = {"label": "", "label_en": "", "seconds": 129_600, "hours": "48.0"}
    if sample != "record":
        return [total]
    chinese, english = label("hours", language="zh-hans").split("  ")
    rows = [
        {"label": f"{zh} {n}", "label_en": f"{en} {n}", "seconds": 2700, "hours": "1.0"}
        for n in range(1, 13)
        for zh, en in SUBJECTS
    ]
    return [total | {"label": chinese, "label_en": english}, *rows]

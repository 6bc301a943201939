"""Fixed words of the document in both languages: part of the form, not of the site.

The document outlives the site's catalogs, so these are data of the layout version.
"""

from datetime import date

WORDS = {
    "hours": ("培训学时", "Credit hours"),
    "score": ("考核成绩", "Score"),
    "organization": ("所在单位", "Organization"),
    "completed": ("完成日期", "Completed"),
    "valid_until": ("有效期至", "Valid until"),
    "review_on": ("应复审日期", "Review due"),
    "issued": ("签发日期", "Issued"),
    "scan": ("扫码核验", "Scan to verify"),
    "photo": ("持证人照片", "Photo of the holder"),
    "picture": ("印章或签名", "Seal or signature"),
    "holder": ("持证人", "Holder"),
    "record": ("学时明细", "Study record"),
    "number": ("证书编号", "Number"),
}
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def label(name: str, *, language: str) -> str:
    """Return the label in both languages, the document's own first."""
    chinese, english = WORDS[name]
    pair = (english, chinese) if language == "en" else (chinese, english)
    return "  ".join(pair)


def long_date(iso: str, *, language: str) -> str:
    """Return 2026年11月23日 or 23 November 2026 for an ISO date."""
    day = date.fromisoformat(iso)
    if language == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


def hours_text(hours: str, *, language: str) -> str:
    return f"{hours} hours" if language == "en" else f"{hours} 学时"

"""Headings of a staff list, and the words in its cells. No Django here.

The heading we write comes first, Chinese and English; the others are read as well.
"""

import re
import unicodedata
from functools import lru_cache

HEADINGS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "name": ("姓名", "Full name", ("员工姓名", "name", "人员姓名")),
    "number": ("工号", "Employee number", ("员工编号", "员工号", "编号", "number")),
    "mobile": ("手机号", "Mobile", ("手机", "手机号码", "电话", "联系电话", "phone")),
    "email": ("邮箱", "E-mail", ("电子邮箱", "电子邮件", "email", "mail")),
    "identity": (
        "身份证号",
        "Identity number",
        ("身份证", "身份证号码", "证件号", "证件号码", "公民身份号码"),
    ),
    "identity_type": ("证件类型", "Document type", ()),
    "department": ("部门", "Department", ("所属部门", "车间", "部门路径")),
    "position": ("岗位", "Position", ("职务", "岗位名称", "post")),
    "category": ("岗位类别", "Position category", ("人员类别", "类别", "category")),
    "kind": ("用工形式", "Employed as", ("用工性质", "kind")),
    "starts_on": ("入职日期", "First day", ("入职时间", "到岗日期", "start")),
    "ends_on": ("离职日期", "Last day", ("离职时间", "end")),
}
TEMPLATE_COLUMNS = (
    "name", "number", "mobile", "email", "identity", "department", "position",
    "category", "kind", "starts_on", "ends_on",
)  # fmt: skip

CATEGORIES: dict[str, tuple[str, ...]] = {
    "principal": (
        "主要负责人",
        "principal",
        "principal person in charge",
        "负责人",
    ),
    "safety_manager": ("安全生产管理人员", "safety manager", "安全管理人员", "安全员"),
    "special_operator": (
        "特种作业人员",
        "special-operation worker",
        "special operator",
    ),
    "worker": (
        "从业人员",
        "worker",
        "一线从业人员",
        "一般从业人员",
        "操作工",
        "工人",
        "普通员工",
    ),
    "other": ("其他人员", "other staff", "其他", "other"),
}
KINDS: dict[str, tuple[str, ...]] = {
    "employee": (
        "本单位职工", "own employee", "正式员工", "正式", "本单位员工", "合同工",
    ),
    "part_time": (
        "非全日制", "part-time employee", "非全日制职工", "非全日制用工", "兼职",
        "小时工",
    ),
    "dispatched": ("劳务派遣", "dispatched worker", "派遣", "劳务派遣人员"),
    "intern": ("实习学生", "intern", "实习", "实习生"),
    "contractor": (
        "承包商人员", "contractor's worker", "外包", "承包商", "contractor",
    ),
}  # fmt: skip
IDENTITY_TYPES: dict[str, tuple[str, ...]] = {
    "resident_id": ("居民身份证", "resident identity card", "身份证"),
    "hmt_residence_permit": ("港澳台居民居住证", "residence permit"),
    "hm_travel_permit": ("港澳居民来往内地通行证", "回乡证", "mainland travel permit"),
    "tw_travel_permit": ("台湾居民来往大陆通行证", "台胞证"),
    "foreign_resident_id": ("外国人永久居留身份证", "foreign permanent resident"),
    "passport": ("护照", "passport"),
    "other": ("其他证件", "other document"),
}


WORDS = {"category": CATEGORIES, "kind": KINDS, "identity_type": IDENTITY_TYPES}


def plain(text: str) -> str:
    """Return a heading or word for comparison: NFKC, lower, without marks of need."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\s*:_\-]|\(.*?\)", "", folded)


_BY_HEADING = {
    plain(word): column
    for column, (chinese, english, others) in HEADINGS.items()
    for word in (chinese, english, *others)
}


def column_for(heading: str) -> str | None:
    """Return our name of a column, None for a heading that we don't know."""
    return _BY_HEADING.get(plain(heading))


def word_for(text: str, words: dict[str, tuple[str, ...]]) -> str | None:
    """Return the stored value that a cell names, None when it names none."""
    return _by_word(tuple(words.items())).get(plain(text))


@lru_cache(maxsize=16)
def _by_word(words: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, str]:
    """Return plain word → stored value; the first that claims a word has it."""
    found: dict[str, str] = {}
    for value, names in words:
        for name in (value, *names):
            found.setdefault(plain(name), value)
    return found


def words_of(column: str, *, english: bool) -> list[str]:
    """Return the words that we offer for the cells of a column, one for each value."""
    names = WORDS.get(column, {}).values()
    return [own[1].capitalize() if english else own[0] for own in names]


def heading_of(column: str, *, english: bool) -> str:
    """Return the heading that we write over a column."""
    chinese, other, _more = HEADINGS[column]
    return other if english else chinese

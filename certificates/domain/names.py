"""How a holder's name is shown to strangers, and compared with what they read."""

import hmac
import re
import unicodedata

from lms.core.text import HAN

DOTS = "·•・‧∙⋅．"
_HAN_NAME = re.compile(rf"[{HAN}〇]+")
# The compound surnames still met among living people.
COMPOUND_SURNAMES = frozenset(
    [
        "欧阳",
        "太史",
        "端木",
        "上官",
        "司马",
        "东方",
        "独孤",
        "南宫",
        "万俟",
        "闻人",
        "夏侯",
        "诸葛",
        "尉迟",
        "公羊",
        "赫连",
        "澹台",
        "皇甫",
        "宗政",
        "濮阳",
        "公冶",
        "太叔",
        "申屠",
        "公孙",
        "慕容",
        "仲孙",
        "钟离",
        "长孙",
        "宇文",
        "司徒",
        "鲜于",
        "司空",
        "闾丘",
        "子车",
        "亓官",
        "司寇",
        "巫马",
        "公西",
        "颛孙",
        "壤驷",
        "公良",
        "漆雕",
        "乐正",
        "宰父",
        "谷梁",
        "拓跋",
        "夹谷",
        "轩辕",
        "令狐",
        "段干",
        "百里",
        "呼延",
        "东郭",
        "南门",
        "羊舌",
        "微生",
        "公户",
        "公玉",
        "公仪",
        "梁丘",
        "公仲",
        "公上",
        "公门",
        "公山",
        "公坚",
        "左丘",
        "公伯",
        "西门",
        "公祖",
        "第五",
        "公乘",
        "贯丘",
        "公皙",
        "南荣",
        "东里",
        "东宫",
        "仲长",
        "子书",
        "子桑",
        "即墨",
        "达奚",
        "褚师",
        "吴铭",
        "纳兰",
        "完颜",
        "叶赫",
        "那拉",
    ]
)


def mask_name(name: str) -> str:
    """Return the name with the given name hidden: 张*, 欧阳**, J*** S***.

    Names with a middle dot keep one character of the first part: 阿***·***. A single
    character is hidden altogether.
    """
    text = " ".join(unicodedata.normalize("NFC", name).split())
    dotted = [part for part in re.split(f"[{DOTS}]", text) if part.strip()]
    if len(dotted) > 1:
        rest = "·".join("***" for _ in dotted[1:])
        return f"{dotted[0].strip()[0]}***·{rest}"
    han = text.replace(" ", "")
    if _HAN_NAME.fullmatch(han):
        return _mask_han(han)
    return " ".join(f"{word[0]}***" for word in text.split()) if len(text) > 1 else "*"


def _mask_han(text: str) -> str:
    if len(text) == 1:
        return "*"
    surname = 2 if len(text) > 2 and text[:2] in COMPOUND_SURNAMES else 1
    return text[:surname] + "*" * (len(text) - surname)


def is_same_name(left: str, right: str) -> bool:
    """Compare two names as a person would: dots, spaces, case and width are ignored.

    Takes the same time wherever the texts differ.
    """
    return hmac.compare_digest(_fold(left), _fold(right))


def _fold(name: str) -> bytes:
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in text if not c.isspace() and c not in DOTS).encode()

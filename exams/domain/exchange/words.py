"""The words that people use in spreadsheets of items. No Django here."""

import re
import unicodedata

# our name of a column → headings seen for it, the first two are those we write
HEADINGS: dict[str, tuple[str, ...]] = {
    "code": ("编号", "Code", "题号", "序号", "试题编号", "id"),
    "type": ("题型", "Type", "类型", "试题类型", "题目类型", "question type"),
    "stem": ("题干", "Question", "题目", "试题内容", "试题", "题目内容", "stem"),
    "options": ("选项", "Options", "备选项", "选项内容"),
    "answer": ("答案", "Answer", "正确答案", "参考答案", "标准答案", "correct answer"),
    "explanation": ("解析", "Explanation", "答案解析", "试题解析", "解释"),
    "difficulty": ("难度(1-5)", "Difficulty (1-5)", "难度", "难易度", "难易程度"),
    "topic": ("知识点", "Topic", "章节", "所属章节", "考点", "分类"),
    "score": ("分值", "Score", "分数", "points", "mark"),
    "citations": ("法条", "Articles", "依据", "法律依据", "article", "law"),
    "roles": ("受众", "Written for", "适用对象", "人员类别", "audience"),
    "case": ("所属案例", "Case", "案例编号"),
    "unit": ("单位", "Unit of measure"),
    "rubric": ("评分要点", "Points of the answer", "评分标准", "rubric"),
    "scoring": ("计分方式", "Scoring rule", "scoring"),
    "fixed_order": ("选项不乱序", "Keep option order"),
    "image": ("图片", "Picture", "image"),
    "image_alt": ("图片说明", "Picture in words", "alt"),
    "language": ("语言", "Language"),
    "effective_to": ("有效期至", "Valid until"),
    "note": ("备注", "Note"),
}
OPTION = re.compile(r"^(?:选项|option|答案选项)?\s*([A-Za-z])$", re.IGNORECASE)

TYPES: dict[str, tuple[str, str]] = {}
for _names, _kind in {
    "单选题 单选 单项选择题 单项选择 单选择题 single singlechoice": (
        "choice",
        "single",
    ),
    "多选题 多选 多项选择题 多项选择 不定项选择题 multiple multiplechoice"
    " multipleresponse": ("choice", "multiple"),
    "判断题 判断 是非题 truefalse trueorfalse judgment": ("true_false", ""),
    "填空题 填空 textentry fillintheblanks fillblank": ("text_entry", ""),
    "数值题 数值 计算题 计算 numeric numerical": ("numeric", ""),
    "简答题 简答 问答题 问答 论述题 论述 主观题 extendedtext shortanswer essay": (
        "extended_text",
        "",
    ),
    "排序题 排序 order ordering putinorder": ("order", ""),
    "匹配题 匹配 连线题 连线 配对题 match matching": ("match", ""),
    "热点题 识图题 图上找点 看图题 hotspot findonapicture": ("hotspot", ""),
    "案例题 案例 案例分析题 案例分析 材料题 case casewithsubitems": ("case", ""),
}.items():
    for _name in _names.split():
        TYPES[_name] = _kind

TYPE_NAMES = {
    ("choice", "single"): ("单选题", "Single choice"),
    ("choice", "multiple"): ("多选题", "Multiple choice"),
    ("true_false", ""): ("判断题", "True/false"),
    ("text_entry", ""): ("填空题", "Text entry"),
    ("numeric", ""): ("数值题", "Numeric"),
    ("extended_text", ""): ("简答题", "Extended text"),
    ("order", ""): ("排序题", "Order"),
    ("match", ""): ("匹配题", "Match"),
    ("hotspot", ""): ("热点题", "Hotspot"),
    ("case", ""): ("案例题", "Case"),
}
TRUE = frozenset(["对", "正确", "是", "√", "✓", "✔", "t", "true", "a", "1", "yes", "y"])
FALSE = frozenset(
    [
        "错",
        "错误",
        "否",
        "不正确",
        "×",
        "✗",
        "✘",
        "x",
        "f",
        "false",
        "b",
        "0",
        "no",
        "n",
    ]
)
DIFFICULTIES = {
    "易": 1, "容易": 1, "简单": 1, "较易": 2, "中": 3, "中等": 3, "一般": 3,
    "较难": 4, "难": 5, "困难": 5, "easy": 1, "medium": 3, "hard": 5,
}  # fmt: skip
ROLES = {
    "从业人员": "worker", "一线员工": "worker", "员工": "worker", "工人": "worker",
    "worker": "worker", "workers": "worker",
    "安全生产管理人员": "safety_manager", "安全管理人员": "safety_manager",
    "安管人员": "safety_manager", "safety_manager": "safety_manager",
    "safety manager": "safety_manager", "safety managers": "safety_manager",
    "主要负责人": "principal", "负责人": "principal", "principal": "principal",
    "principals": "principal",
}  # fmt: skip
ROLE_NAMES = {
    "worker": ("从业人员", "worker"),
    "safety_manager": ("安全管理人员", "safety_manager"),
    "principal": ("主要负责人", "principal"),
}
EVERYBODY = frozenset({"全部", "全员", "所有", "所有人", "all", "everyone"})
SCORING_NAMES = {
    "all_or_nothing": ("全对给分", "all or nothing"),
    "partial": ("部分给分", "partial"),
    "balanced": ("对错相抵", "balanced"),
    "negative": ("答错扣分", "negative"),
}
LAWS = {"安全生产法": "work-safety-law", "中华人民共和国安全生产法": "work-safety-law"}


def plain(text: str) -> str:
    """Return a word as it is compared: one width, one case, no spaces."""
    return re.sub(r"[\s_/\-]+", "", unicodedata.normalize("NFKC", text)).casefold()


_COLUMNS = {
    plain(heading): name for name, names in HEADINGS.items() for heading in names
}


def column_for(heading: str) -> str | None:
    """Return our name of a column: `option_A` … for options, None for a stranger."""
    word = plain(heading)
    known = _COLUMNS.get(word) or _COLUMNS.get(word.replace("(15)", ""))
    if known:
        return known
    option = OPTION.match(word)
    return f"option_{option[1].upper()}" if option else None


def type_for(word: str) -> tuple[str, str] | None:
    """Return type and cardinality."""
    return TYPES.get(plain(word))


def truth_of(word: str) -> bool | None:
    """Read 对/错, 正确/错误, √/×, T/F, A/B and the like."""
    plain_word = plain(word)
    if plain_word in TRUE:
        return True
    return False if plain_word in FALSE else None


def scoring_for(word: str) -> str | None:
    """Return the name of a scoring rule; "" for none, None for a stranger."""
    wanted = plain(word)
    if not wanted:
        return ""
    for rule, names in SCORING_NAMES.items():
        if wanted in {plain(rule), *map(plain, names)}:
            return rule
    return None


def letters_of(answer: str) -> list[str]:
    """Read AB, A,B, A、B; empty when it is no list of letters."""
    word = unicodedata.normalize("NFKC", answer).upper()
    found = re.sub(r"[\s,;、，；/|.>→-]+", "", word)
    is_list = found.isascii() and found.isalpha() and found != ""
    return list(found) if is_list else []


def difficulty_of(word: str) -> int | None:
    """Read 1 to 5 or a word."""
    text = unicodedata.normalize("NFKC", word).strip().casefold()
    if text in DIFFICULTIES:
        return DIFFICULTIES[text]
    text = text.removesuffix(".0")
    return int(text) if text in ("1", "2", "3", "4", "5") else None

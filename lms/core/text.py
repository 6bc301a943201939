"""Chinese text: search tokens, and article numbers as people write them."""

import re
import unicodedata

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(rf"[{HAN}]+|[a-z0-9]+(?:[.\-][a-z0-9]+)*")
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_CN = "零〇一二两三四五六七八九十百千"
_ARTICLE = re.compile(
    rf"^第?\s*(?P<main>\d{{1,4}}|[{_CN}]{{1,9}})\s*条?"
    rf"(?:\s*(?:之|-)\s*(?P<sub>\d{{1,2}}|[{_CN}]{{1,3}}))?\s*$"
)


def normalize(text: str) -> str:
    """Return NFKC text without surrounding or doubled white space."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def segment(text: str) -> str:
    """Return space-separated search tokens of mixed Chinese and Latin text.

    Runs of Han characters become overlapping bigrams (a lone character stays), so
    that every two-character word inside a sentence is found without a dictionary;
    Latin words and numbers are lower-cased and kept whole.
    """
    tokens: list[str] = []
    for run in _RUNS.findall(normalize(text).lower()):
        if re.match(rf"[{HAN}]", run) and len(run) > 1:
            tokens.extend(run[i : i + 2] for i in range(len(run) - 1))
        else:
            tokens.append(run)
    return " ".join(tokens)


def parse_chinese_number(text: str) -> int | None:
    """Return the value of 二十八, 一百三十四 or plain digits; None if it is neither."""
    if text.isdecimal():
        return int(text)
    if not text or any(c not in _DIGITS and c not in _UNITS for c in text):
        return None
    total, digit = 0, 0
    for char in text:
        if char in _UNITS:
            # 十二 means twelve: a unit without a digit before it counts once.
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return total + digit


def chinese_number(value: int) -> str:
    """Return 1..9999 in Chinese numerals: 28 is 二十八, 110 is 一百一十."""
    if not 0 < value < 10000:
        raise ValueError(value)
    digits, text, gap = "零一二三四五六七八九", "", False
    for size, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, size)
        if digit:
            text += ("零" if gap else "") + digits[digit] + unit
            gap = False
        elif text:
            gap = True
    return text.removeprefix("一") if text.startswith("一十") else text


def parse_article_number(text: str) -> str | None:
    """Return "28" for 第二十八条 or 28条, "134-1" for 第一百三十四条之一, else None."""
    match = _ARTICLE.match(normalize(text))
    if match is None:
        return None
    main = parse_chinese_number(match["main"])
    sub = parse_chinese_number(match["sub"]) if match["sub"] else None
    if not main or (match["sub"] and not sub):
        return None
    return f"{main}-{sub}" if sub else str(main)


def article_label(number: str) -> str:
    """Return 第二十八条 for "28" and 第一百三十四条之一 for "134-1"."""
    main, _, sub = number.partition("-")
    suffix = f"之{chinese_number(int(sub))}" if sub else ""
    return f"第{chinese_number(int(main))}条{suffix}"

"""Addresses of provisions: Akoma Ntoso `eId`s, and numbers as people write them."""

import re

from lms.core.text import parse_article_number

ARTICLE_PREFIX = "art_"
_EID = re.compile(
    r"^(?:art_)?(?P<article>\d{1,4}(?:-\d{1,2})?)"
    r"(?P<rest>(?:__para_\d{1,3})?(?:__item_\d{1,3})?)$"
)


def article_eid(number: str) -> str:
    """Return `art_28` for "28"."""
    return f"{ARTICLE_PREFIX}{number}"


def parse_eid(text: str) -> str | None:
    """Return the eid of `art_28__para_1`, "28", "28条" or 第二十八条, else None."""
    match = _EID.match(text)
    if match:
        return article_eid(match["article"]) + match["rest"]
    number = parse_article_number(text)
    return article_eid(number) if number else None


def article_of(eid: str) -> str:
    """Return the eid of the article in which a paragraph or item stands."""
    return eid.partition("__")[0]


def number_of(eid: str) -> str:
    """Return "28" for `art_28__para_1`."""
    return article_of(eid).removeprefix(ARTICLE_PREFIX)


def sort_key(number: str) -> tuple[int, int]:
    """Order "134" < "134-1" < "135"."""
    main, _dash, sub = number.partition("-")
    return int(main), int(sub or 0)

"""What a person meant by what they typed: article, law, words and their synonyms."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cms.models import GlossaryTerm, LawPage
from lms.core.text import HAN, normalize, parse_article_number, segment

MAX_QUERY = 100
_NUMBER = r"(?:\d{1,4}|[零〇一二两三四五六七八九十百千]{1,9})"
_ARTICLE_ZH = re.compile(rf"第?\s*{_NUMBER}\s*条(?:\s*之\s*{_NUMBER})?")
_ARTICLE_EN = re.compile(
    r"(?:\b(?:articles?|art\.?|section|sec\.?)\s*|§\s*)(\d{1,4}(?:-\d{1,2})?)\b", re.I
)
_BARE = re.compile(r"^(?:art_)?(\d{1,4}(?:-\d{1,2})?)$")

# Words that only shape the question; they stand for nothing in the text.
_QUESTION = """
怎么办 怎么样 怎样 怎么 什么样 为什么 什么 多少钱 多少 多长时间 多久 几年 几个
哪些 哪个 哪里 如何 是不是 是否 能不能 可不可以 要不要 有没有 可以 应该 需要
请问 一下 我们 你们 他们
"""
QUESTION_WORDS = sorted(_QUESTION.split(), key=len, reverse=True)
# Characters that glue words together. A pair with one of them in it may help the
# ranking, but a text need not contain it.
GLUE = frozenset("吗呢吧啊呀了的就要会谁我你没不未被把给在和与或是有到")
# What is said → what the law writes. The glossary has the nouns; these are turns.
TURNS = {
    "罚多少": "罚款",
    "罚几万": "罚款",
    "罚钱": "罚款",
    "怎么罚": "罚款",
    "老板": "主要负责人",
    "员工": "从业人员",
    "工人": "从业人员",
    "公司": "生产经营单位",
    "企业": "生产经营单位",
}
ENGLISH_TURNS = {
    "penalty": "fine",
    "penalties": "fine",
    "punishment": "fine",
    "boss": "principal person in charge",
    "employer": "production and business operation entity",
    "company": "production and business operation entity",
    "employee": "worker",
    "staff": "worker",
    "emergency plan": "emergency rescue plan",
    "helmet": "labor protective equipment",
    "whistleblower": "report",
}
_ENGLISH = """
a an the of for to in on at by with without and or is are be do does how what when who
much many must can may i my our if under not no from it
"""
ENGLISH_STOP_WORDS = frozenset(_ENGLISH.split())
_HAN = re.compile(f"[{HAN}]")
_ENGLISH_ENDINGS = ("ings", "ing", "ies", "ied", "ers", "er", "ed", "es", "s")


@dataclass(frozen=True)
class Group:
    """One idea of the query: any of its variants will do; each is a set of tokens."""

    variants: tuple[tuple[str, ...], ...]
    weight: float = 1.0
    is_optional: bool = False


@dataclass
class SearchQuery:
    """A query taken apart.

    Attributes:
        number: article number asked for ("28"); law: slug of the law named.
        phrases: runs of text as typed, for ranking what stands together.
        references: (law slug, article) → weight, from glossary terms that occur.
        marks: words to mark in what was found.
    """

    raw: str
    number: str = ""
    law: str = ""
    groups: list[Group] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    references: dict[tuple[str, str], float] = field(default_factory=dict)
    marks: list[str] = field(default_factory=list)

    @property
    def required(self) -> list[Group]:
        return [group for group in self.groups if not group.is_optional]

    @property
    def tokens(self) -> list[str]:
        """All tokens of all variants, for the widest question to the index."""
        tokens = [t for g in self.groups for variant in g.variants for t in variant]
        return list(dict.fromkeys(tokens))

    def spelling(self, variant: int) -> list[str]:
        """The required tokens, choosing the n-th variant of each idea that has one."""
        chosen = [g.variants[min(variant, len(g.variants) - 1)] for g in self.required]
        return list(dict.fromkeys(token for tokens in chosen for token in tokens))


def has_han(text: str) -> bool:
    return bool(_HAN.search(text))


def stem(token: str) -> str:
    """Cut common English endings, the same way in the index and in the query."""
    if not token.isascii() or not token.isalpha():
        return token
    for ending in _ENGLISH_ENDINGS:
        if token.endswith(ending) and len(token) - len(ending) >= 4:
            return token[: -len(ending)]
    return token


def index_tokens(text: str) -> str:
    """Return the tokens of a text as they go into the index."""
    return " ".join(stem(token) for token in segment(text).split())


def query_tokens(text: str) -> list[str]:
    """Return the distinct tokens of a query, without words that carry nothing."""
    tokens = (stem(t) for t in segment(text).split() if t not in ENGLISH_STOP_WORDS)
    return list(dict.fromkeys(tokens))


def analyze_query(*, q: str, language: str) -> SearchQuery:
    """Take a query apart; never fails, whatever was typed."""
    text = normalize(q)[:MAX_QUERY].lower()
    query = SearchQuery(raw=text)
    text = _take_law(query, text, language)
    text = _take_number(query, text)
    rest = text.strip(" ,.，。、?？!！")
    if rest:
        _take_words(query, rest, language)
    elif query.law and not query.number:
        _add_plain(query, query.phrases[0])
    return query


def _take_law(query: SearchQuery, text: str, language: str) -> str:
    """Recognize the title of a law that the library holds, and cut it out."""
    laws = LawPage.objects.live().filter(locale__language_code=language)
    names = [
        (name.lower(), slug)
        for slug, title, short in laws.values_list("slug", "title", "short_title")
        for name in (title, short)
        if name
    ]
    for name, slug in sorted(names, key=lambda pair: -len(pair[0])):
        if name in text:
            query.law = slug
            query.phrases.append(name)
            return text.replace(f"《{name}》", " ").replace(name, " ")
    return text


def _take_number(query: SearchQuery, text: str) -> str:
    match = _ARTICLE_ZH.search(text) or _ARTICLE_EN.search(text)
    if match is None:
        bare = _BARE.match(text.strip())
        number = bare[1] if bare else parse_article_number(text.strip())
        query.number = number or ""
        return "" if number else text
    number = match[1] if match.re is _ARTICLE_EN else parse_article_number(match[0])
    query.number = number or ""
    return f"{text[: match.start()]} {text[match.end() :]}" if number else text


def _synonyms(language: str) -> Iterator[tuple[str, str, GlossaryTerm | None]]:
    """Yield (what is said, what the law writes, its term), longest first."""
    known: list[tuple[str, str, GlossaryTerm | None]] = []
    is_chinese = language.startswith("zh")
    for term in GlossaryTerm.objects.all():
        if not is_chinese:
            known.append((term.english.lower(), term.english.lower(), term))
            continue
        known += [
            (said.lower(), term.term, term) for said in [term.term, *term.synonyms]
        ]
    turns = TURNS if is_chinese else ENGLISH_TURNS
    known += [(said, written, None) for said, written in turns.items()]
    yield from sorted((k for k in known if k[0]), key=lambda one: -len(one[0]))


def _occurs(said: str, text: str) -> bool:
    """Latin words count from their beginning: "fine" is not in "define"."""
    if said.isascii():
        return re.search(rf"\b{re.escape(said)}", text) is not None
    return said in text


def _take_words(query: SearchQuery, text: str, language: str) -> None:
    """Known words become ideas with variants; what is left is taken pair by pair."""
    spans: dict[str, list[str]] = {}
    for said, written, term in _synonyms(language):
        if not _occurs(said, text):
            continue
        if any(said != longer and said in longer for longer in spans):
            continue
        ways = spans.setdefault(said, [])
        if written not in ways:
            ways.append(written)
        if term is not None:
            _refer(query, term, len(said) / max(len(text), 1))
    rest = text
    for said, ways in spans.items():
        _add_span(query, said, ways)
        # A gap, so that nothing grows together across it.
        rest = rest.replace(said, " ")
    for word in QUESTION_WORDS:
        rest = rest.replace(word, " ")
    _add_plain(query, rest)
    query.phrases += [*spans, *rest.split()]
    _add_crossing(query, text, list(spans))
    if not query.required and not query.number:
        query.groups += [
            Group(variants=((token,),)) for token in query_tokens(query.raw)
        ]
        query.marks.append(query.raw)


def _add_crossing(query: SearchQuery, text: str, spans: list[str]) -> None:
    """Pairs across the edge of a known word may be words too (瞒报 in 瞒报事故)."""
    if not spans:
        return
    known = set(query.tokens)
    inside = {token for said in spans for token in query_tokens(said)}
    for token in query_tokens(text):
        is_pair = len(token) == 2 and has_han(token)
        is_question = any(token in word for word in QUESTION_WORDS)
        if is_pair and not is_question and token not in known | inside:
            query.groups.append(Group(((token,),), weight=0.3, is_optional=True))


def _refer(query: SearchQuery, term: GlossaryTerm, weight: float) -> None:
    for number in term.articles:
        place = term.law_slug, str(number)
        query.references[place] = query.references.get(place, 0.0) + weight


def _add_span(query: SearchQuery, said: str, ways: list[str]) -> None:
    variants = [tuple(query_tokens(one)) for one in [said, *ways]]
    distinct = tuple(v for v in dict.fromkeys(variants) if v)
    if distinct:
        weight = max(1.0, len(distinct[0]) ** 0.5)
        query.groups.append(Group(variants=distinct, weight=weight))
    query.marks += [said, *ways]
    if len(said) == 4 and has_han(said):
        # 应急预案 stands in the law as 应急救援预案 as well.
        query.marks += [said[:2], said[2:]]


def _add_plain(query: SearchQuery, text: str) -> None:
    for token in query_tokens(text):
        is_lone_han = len(token) == 1 and has_han(token)
        is_glued = has_han(token) and bool(GLUE & set(token))
        if not is_lone_han:
            if not is_glued:
                query.marks.append(token)
            query.groups.append(
                Group(
                    variants=((token,),),
                    weight=0.3 if is_glued else 1.0,
                    is_optional=is_glued,
                )
            )

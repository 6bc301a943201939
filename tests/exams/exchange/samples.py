"""Drafts of every type, and how they are made at random."""

from hypothesis import strategies as st

from exams.domain.exchange.canonical import match_content
from exams.domain.exchange.drafts import ItemDraft, options_of

# Letters of several scripts and everything that some format escapes.
ALPHABET = (
    "安全生产法甲乙丙ABCxyz019 =~#{}:\\\"'<>&|;；、%[]()@-+*/_.,。？\u00e9\U00020000"
)
one_line = st.text(ALPHABET, min_size=1, max_size=12).map(str.strip).filter(bool)
words = st.text("安全生产法甲乙丙ABCxyz019", min_size=1, max_size=10)
paragraphs = st.lists(one_line, min_size=1, max_size=3).map("\n".join)


def no_blank(text):
    return "___" not in text


stems = paragraphs.filter(no_blank)
option_texts = st.lists(one_line, min_size=2, max_size=6, unique=True)


@st.composite
def choices(draw):
    options = options_of(draw(option_texts))
    keys = [option["key"] for option in options]
    cardinality = draw(st.sampled_from(["single", "multiple"]))
    most = 1 if cardinality == "single" else len(keys)
    correct = draw(
        st.lists(st.sampled_from(keys), min_size=1, max_size=most, unique=True)
    )
    content = {
        "cardinality": cardinality,
        "options": options,
        "correct": sorted(correct),
    }
    if draw(st.booleans()):
        content["fixed_order"] = True
    if cardinality == "multiple" and draw(st.booleans()):
        rules = ["partial", "balanced", "negative"]
        content["scoring"] = draw(st.sampled_from(rules))
    return "choice", content


@st.composite
def number_blanks(draw):
    number = draw(st.decimals(-9999, 9999, places=2))
    return {
        "correct": str(number),
        "tolerance": draw(st.sampled_from(["0", "0.1", "5"])),
    }


@st.composite
def text_entries(draw):
    count = draw(st.integers(1, 3))
    variants = st.lists(words, min_size=1, max_size=3, unique=True)
    blanks = [draw(st.one_of(variants, number_blanks())) for _ in range(count)]
    pieces = [draw(words) for _ in range(count + 1)]
    return "text_entry", {"stem": "____".join(pieces), "blanks": blanks}


@st.composite
def numerics(draw):
    number = draw(st.decimals(-9999, 9999, places=2))
    tolerance = draw(st.sampled_from(["0", "0.1", "5"]))
    unit = draw(st.sampled_from(["", "%", "米", "m/s"]))
    return "numeric", {"correct": str(number), "tolerance": tolerance, "unit": unit}


@st.composite
def extended_texts(draw):
    points = st.fixed_dictionaries(
        {"text": words, "score": st.sampled_from([1, 2, 0.5])}
    )
    model = draw(st.one_of(st.just(""), paragraphs.filter(no_blank)))
    return "extended_text", {
        "model": model,
        "rubric": draw(st.lists(points, max_size=3)),
    }


@st.composite
def orders(draw):
    options = options_of(draw(option_texts))
    keys = [option["key"] for option in options]
    return "order", {"options": options, "correct": draw(st.permutations(keys))}


@st.composite
def matches(draw):
    left = draw(st.lists(words, min_size=2, max_size=5, unique=True))
    right = draw(st.lists(words, min_size=2, max_size=5, unique=True))
    pairs = [(one, draw(st.sampled_from(right))) for one in left]
    pairs += [("", one) for one in right]
    content = match_content(pairs)
    content["right"] = draw(st.permutations(content["right"]))
    keys = {
        old["key"]: new for old, new in zip(content["right"], "abcde", strict=False)
    }
    content["right"] = [o | {"key": keys[o["key"]]} for o in content["right"]]
    content["correct"] = {a: keys[b] for a, b in content["correct"].items()}
    return "match", content


@st.composite
def hotspots(draw):
    percent = st.integers(0, 50).map(lambda n: n / 100)
    regions = [
        {"key": key, "label": draw(words), "x": draw(percent), "y": draw(percent),
         "width": 0.25, "height": 0.5}
        for key in "abc"
    ]  # fmt: skip
    image = {"src": "/static/plan.png", "alt": draw(words)}
    return "hotspot", {"image": image, "regions": regions, "correct": ["b"]}


true_false = st.booleans().map(lambda truth: ("true_false", {"correct": truth}))
bodies = st.one_of(
    choices(), true_false, text_entries(), numerics(), extended_texts(), orders(),
    matches(), hotspots(),
)  # fmt: skip


@st.composite
def single_drafts(draw):
    kind, own = draw(bodies)
    content = {"stem": draw(stems), "explanation": draw(st.just("") | stems)} | own
    return ItemDraft(
        kind,
        content,
        topic=draw(st.sampled_from(["", "总则/方针", "A: b {c}"])),
        difficulty=draw(st.integers(1, 5)),
        score=draw(st.sampled_from(["1", "2.5", "10"])),
        roles=draw(st.lists(st.sampled_from(["worker", "principal"]), unique=True)),
        citations=draw(st.sampled_from([[], ["work-safety-law:27", "fire-law:3"]])),
        language=draw(st.sampled_from(["zh-hans", "en"])),
        effective_to=draw(st.sampled_from(["", "2027-12-31"])),
        note=draw(st.just("") | words),
    )


@st.composite
def banks(draw):
    drafts = draw(st.lists(single_drafts(), min_size=1, max_size=4))
    if draw(st.booleans()):
        parts = draw(st.lists(single_drafts(), min_size=1, max_size=3))
        case = ItemDraft("case", {"stem": draw(stems)}, language="zh-hans")
        case.children = parts
        drafts.insert(draw(st.integers(0, len(drafts))), case)
    for number, draft in enumerate(drafts, start=1):
        draft.code = f"C{number}"
        for order, part in enumerate(draft.children, start=1):
            part.code = f"C{number}-{order}"
            part.topic = draft.topic
    return drafts

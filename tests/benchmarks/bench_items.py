"""20,000 items from a workbook, and draws from a blueprint, beside their floors."""

import os
import resource
import sys
import time
from random import Random

import pytest
from django.db import connection, transaction

from exams.domain.blueprints import PoolItem, Quota, draw
from exams.domain.exchange.importing import is_complete, run_import, submit_import
from exams.domain.exchange.sheets import write_table
from exams.domain.items import build_item, create_items
from exams.domain.twins import find_twins
from tests.benchmarks.measure import milliseconds, show
from tests.factories.exams import LONG_AGO, ItemBankFactory, content_for

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ITEMS = 20_000
SECONDS = 60
MEGABYTES = 500
HEAD = [
    "编号",
    "题型",
    "题干",
    "选项A",
    "选项B",
    "选项C",
    "选项D",
    "答案",
    "解析",
    "知识点",
]
SYLLABLES = (
    "安全生产经营单位应当建立健全责任制度落实管理措施防止减少事故保障人民群众生命"
)


def rows():
    rng = Random(7)
    for number in range(ITEMS):
        words = ["".join(rng.choices(SYLLABLES, k=12)) for _ in range(6)]
        yield [
            f"B{number:05}", "单选题", f"{words[0]}，{words[1]}（ ）。", *words[2:],
            "ABCD"[number % 4], f"依据{words[0]}", f"知识点{number % 40}",
        ]  # fmt: skip


def peak_megabytes():
    """Peak of this process and of the largest child, in MB."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(own, child) / 1024


def test_twenty_thousand_items_from_a_workbook():
    data = write_table([HEAD, *rows()], title="x")
    bank = ItemBankFactory()
    before = peak_megabytes()
    started = time.perf_counter()
    item_import = submit_import(bank=bank, data=data, filename="big.xlsx", by=None)
    # Where tasks run at once it is done by now, and this changes nothing.
    run_import(import_id=item_import.pk)
    taken = time.perf_counter() - started
    item_import.refresh_from_db()
    assert is_complete(item_import), item_import.error
    assert bank.items.count() == ITEMS
    floor = _insert_floor()
    sys.stdout.write(
        f"\nimport of {ITEMS} items: {taken:.1f} s (limit {SECONDS} s), peak "
        f"{peak_megabytes():.0f} MB (before: {before:.0f} MB, limit {MEGABYTES} MB); "
        f"floor (as many bare rows inserted in batches): {floor:.1f} s; "
        f"load of the last minute {os.getloadavg()[0]:.1f}\n"
    )


def _insert_floor():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_items_floor (id integer, body text)")
    started = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO bench_items_floor VALUES (%s, %s)",
            [(number, "x" * 400) for number in range(ITEMS)],
        )
    taken = time.perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_items_floor")
    return taken


def test_a_draw_of_a_hundred_items():
    # That 10,000 draws meet every quota is a test: tests/exams/test_drawing.py.
    pool = [PoolItem(n, "choice", "single", n % 20, n % 5 + 1) for n in range(2_000)]
    quotas = [
        Quota("choice", 20, topics=frozenset(range(start, start + 6)))
        for start in (0, 4, 8, 12, 14)
    ]
    drawn = milliseconds(
        lambda turn: draw(quotas=quotas, pool=pool, rng=Random(turn)), times=200
    )
    ids = [item.id for item in pool]
    floor = milliseconds(lambda turn: Random(turn).sample(ids, 100), times=200)
    show("draw of 100 items from 2,000", drawn, floor, "random.sample of 100 ids")


def test_the_search_for_twins_among_twenty_thousand():
    bank = ItemBankFactory()
    made = []
    for number in range(ITEMS):
        stem = f"第{number}号设备的检验周期为{number * 7919 % 100_003}小时，{TWIN}"
        content = content_for("true_false", stem=stem)
        item = build_item(
            bank=bank, code=f"N{number:05}", type_name="true_false", content=content
        )
        made.append((item, content))
    create_items(rows=made, now=LONG_AGO)
    near = content_for("true_false", stem=f"第777号设备，{TWIN}".replace("应当", "须"))
    searched = milliseconds(
        lambda _turn: find_twins(type_name="true_false", content=near, bank=bank),
        times=20,
    )
    floor = milliseconds(
        lambda _turn: bank.items.non_polymorphic().get(code="N00777"), times=20
    )
    show(f"twins among {ITEMS} items", searched, floor, "one item by its code")


TWIN = "电工作业停电后应当验电、接地，并在开关处悬挂禁止合闸的标志牌。"

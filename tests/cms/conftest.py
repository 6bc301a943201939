"""Worlds of the law library that several modules share."""

from pathlib import Path

import pytest
from django.db import transaction

from lms.demo.loaders import laws as laws_loader
from tests.factories.cms import make_law

CONTENT = Path(__file__).resolve().parents[2] / "lms" / "demo" / "content"


@pytest.fixture
def amended_law(db):
    """样例法: 2014 (articles 1-3) and 2021, where a new article 2 moved the rest."""
    older = make_law(
        {
            "1": "为了安全，制定本法。",
            "2": "单位应当对从业人员进行安全培训。\n（一）新员工；\n（二）转岗员工。",
            "3": "违反规定的，处一万元罚款。",
        },
        effective="2014-12-01",
        wid_map={},
    )
    newer = make_law(
        {
            "1": "为了安全，制定本法。",
            "2": "国家建立责任清单制度。",
            "3": "单位应当对从业人员进行安全培训。\n（一）新员工；\n（二）转岗员工。",
            "4": "违反规定的，处五万元罚款。",
        },
        effective="2021-09-01",
        wid_map={
            "art_1": "2014:art_1",
            "art_3": "2014:art_2",
            "art_4": "2014:art_3",
        },
    )
    older.version.refresh_from_db()
    return older, newer


@pytest.fixture(scope="module")
def law_library(django_db_setup, django_db_blocker):
    """The laws, the English text and the glossary of the sample content.

    Loaded once for a module, inside a transaction that is rolled back after it; so
    every test of a module that uses it sees it.
    """
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        laws_loader.load(content_dir=CONTENT, log=lambda _line: None)
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)

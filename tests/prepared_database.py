"""Migrate once, copy for each process: an empty, migrated database to start from.

Running all migrations takes most of a minute on a small machine, and every process of
a run, and every run, would pay it again. The migrated database is kept under a name
made from what shapes it; another migration gives another name.
"""

import fcntl
import getpass
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(tempfile.gettempdir()) / f"anxue-test-databases-{getpass.getuser()}"
TEMPLATE_PREFIX = "anxue_test_template_"
# How many are kept: a few branches side by side.
KEPT = 8


def shape() -> str:
    """Name the schema: all migrations, the code they call, the locked packages."""
    files = sorted(
        path
        for path in ROOT.glob("**/migrations/*.py")
        if path.relative_to(ROOT).parts[0] not in {".venv", "node_modules"}
    )
    digest = hashlib.sha256()
    for path in (*files, ROOT / "lms/core/append_only.py", ROOT / "requirements.txt"):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def prepared(connection: Any) -> Iterator[None]:
    """Put a copy where the test database of this process belongs; remove it at last."""
    kind = _PostgreSQL if connection.vendor == "postgresql" else _SQLite
    copy = kind(connection)
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    # One lock for all: whoever comes second finds it made.
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        copy.make()
    try:
        yield
    finally:
        connection.close()
        copy.remove()


def _migrate(url: str) -> None:
    with tempfile.TemporaryDirectory() as data_dir:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env=os.environ
            | {
                "DATABASE_URL": url,
                "LMS_DATA_DIR": data_dir,
                "DJANGO_SETTINGS_MODULE": "lms.settings",
            },
            check=True,
        )


class _SQLite:
    """A file, copied."""

    def __init__(self, connection: Any) -> None:
        self.target = Path(connection.settings_dict["TEST"]["NAME"])

    def make(self) -> None:
        template = FOLDER / f"{shape()}.sqlite3"
        if not template.exists():
            building = FOLDER / "building.sqlite3"
            building.unlink(missing_ok=True)
            _migrate(f"sqlite:///{building}")
            building.rename(template)
            by_age = sorted(
                FOLDER.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime
            )
            for old in by_age[:-KEPT]:
                old.unlink()
        self.remove()
        shutil.copyfile(template, self.target)

    def remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self.target.with_name(self.target.name + suffix).unlink(missing_ok=True)


class _PostgreSQL:
    """A database, copied by the server from a template."""

    def __init__(self, connection: Any) -> None:
        self.settings = connection.settings_dict
        self.target = connection.creation._get_test_db_name()

    def make(self) -> None:
        template = f"{TEMPLATE_PREFIX}{shape()}"
        if template not in self._templates():
            building = f"{TEMPLATE_PREFIX}building"
            self._run(f'DROP DATABASE IF EXISTS "{building}" WITH (FORCE)')
            self._run(f'CREATE DATABASE "{building}"')
            _migrate(self._url(building))
            self._run(f'ALTER DATABASE "{building}" RENAME TO "{template}"')
            for old in self._templates()[:-KEPT]:
                self._run(f'DROP DATABASE "{old}" WITH (FORCE)')
        self.remove()
        self._run(f'CREATE DATABASE "{self.target}" TEMPLATE "{template}"')

    def remove(self) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{self.target}" WITH (FORCE)')

    def _url(self, name: str) -> str:
        one = self.settings
        return (
            f"postgres://{one['USER']}:{one['PASSWORD']}"
            f"@{one['HOST']}:{one['PORT'] or 5432}/{name}"
        )

    def _templates(self) -> list[str]:
        """Names of the kept ones, oldest first."""
        like = f"datname LIKE '{TEMPLATE_PREFIX}%'"
        rows = self._run(f"SELECT datname FROM pg_database WHERE {like} ORDER BY oid")
        return [name for (name,) in rows]

    def _run(self, statement: str) -> list[tuple[Any, ...]]:
        import psycopg

        with psycopg.connect(self._url("postgres"), autocommit=True) as server:
            cursor = server.execute(statement)
            return cursor.fetchall() if cursor.description else []

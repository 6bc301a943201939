"""Triggers that keep the database itself from changing history.

`AppendOnlyModel` stops our own code; these stop everyone with a connection. A table is
put under guard by a migration: `GuardAppendOnly("certificates_registerentry")`.

Tests that commit must empty their tables afterwards: `tests/append_only.py` lifts the
triggers for exactly that moment. Nothing in the product lifts them.
"""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

PREFIX = "append_only_"

_SQLITE = """
CREATE TRIGGER {prefix}{table}_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION append_only_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""  # noqa: E501
_POSTGRESQL = (
    """
CREATE TRIGGER {prefix}{table}_row BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION append_only_refuse()
""",
    """
CREATE TRIGGER {prefix}{table}_all BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION append_only_refuse()
""",
)


def guard_statements(vendor: str, table: str) -> list[str]:
    """Return the statements that put `table` under guard."""
    names = {"prefix": PREFIX, "table": table}
    if vendor == "postgresql":
        return [_POSTGRESQL_FUNCTION, *(s.format(**names) for s in _POSTGRESQL)]
    return [_SQLITE.format(verb=verb, **names) for verb in ("UPDATE", "DELETE")]


def unguard_statements(vendor: str, table: str) -> list[str]:
    """Return the statements that take the guard away (for a migration backwards)."""
    if vendor == "postgresql":
        parts, tail = ("row", "all"), f" ON {table}"
    else:
        parts, tail = ("UPDATE", "DELETE"), ""
    return [f"DROP TRIGGER IF EXISTS {PREFIX}{table}_{p}{tail}" for p in parts]


class GuardAppendOnly(Operation):
    """Migration operation: forbid UPDATE, DELETE and (PostgreSQL) TRUNCATE.

    A later schema change on SQLite rebuilds the table and loses its triggers: repeat
    the operation after it. `tests/lms/core/test_append_only.py` notices when forgotten.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, table: str) -> None:
        self.table = table

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Triggers are no part of the model state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        vendor = schema_editor.connection.vendor
        for statement in (
            *unguard_statements(vendor, self.table),
            *guard_statements(vendor, self.table),
        ):
            # No parameters: a percent sign in the statement is only a percent sign.
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for statement in unguard_statements(
            schema_editor.connection.vendor, self.table
        ):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Guard {self.table} against changes"

    @property
    def migration_name_fragment(self) -> str:
        return f"guard_{self.table}"

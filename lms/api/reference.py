"""The schema as rows that a page can show: groups, calls, members of the bodies."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lms.api.schema import PREFIX, EnglishSchemaGenerator

MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a body or one parameter.

    Attributes:
        where: `path`, `query` or `header` for parameters, else empty.
        depth: how deep it stands inside the body, from 0.
    """

    name: str
    type: str
    is_required: bool
    text: str
    where: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    text: str
    is_problem: bool
    members: list[Member] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Call:
    anchor: str
    method: str
    path: str
    text: str
    doors: list[str]
    parameters: list[Member]
    body_types: list[str]
    body: list[Member]
    answers: list[Answer]

    @property
    def short_path(self) -> str:
        return self.path.removeprefix(PREFIX)


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    calls: list[Call]


@lru_cache(maxsize=1)
def read_reference() -> list[Group]:
    """Return the calls by resource. Built once: the code does not change under it."""
    schema = EnglishSchemaGenerator().get_schema(request=None, public=True)
    parts = schema.get("components", {}).get("schemas", {})
    groups: dict[str, list[Call]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            call = _call(path, method, operation, parts)
            groups.setdefault(operation["tags"][0], []).append(call)
    return [Group(name=name, calls=calls) for name, calls in groups.items()]


def _call(path: str, method: str, operation: dict, parts: dict) -> Call:
    content = operation.get("requestBody", {}).get("content", {})
    first: dict = next(iter(content.values()), {})
    return Call(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        text=operation.get("description", ""),
        doors=[name for door in operation.get("security", []) for name in door],
        parameters=[_parameter(one) for one in operation.get("parameters", [])],
        body_types=list(content),
        body=list(_members(first.get("schema", {}), parts)),
        answers=[
            _answer(status, response, parts)
            for status, response in operation["responses"].items()
        ],
    )


def _parameter(one: dict[str, Any]) -> Member:
    return Member(
        name=one["name"],
        type=_type(one["schema"]),
        is_required=one.get("required", False),
        text=one.get("description", ""),
        where=one["in"],
    )


def _answer(status: str, response: dict, parts: dict) -> Answer:
    is_problem = status >= "400"
    first: dict = next(iter(response.get("content", {}).values()), {})
    return Answer(
        status=status,
        text=response.get("description", ""),
        is_problem=is_problem,
        members=[] if is_problem else list(_members(first.get("schema", {}), parts)),
    )


def _members(schema: dict, parts: dict, depth: int = 0) -> Iterator[Member]:
    schema = _resolve(schema, parts)
    if schema.get("type") == "array":
        schema = _resolve(schema.get("items", {}), parts)
    required = schema.get("required", [])
    for name, value in schema.get("properties", {}).items():
        inner = _resolve(value, parts)
        text = value.get("description") or inner.get("description", "")
        yield Member(
            name=name,
            type=_type(inner, parts),
            is_required=name in required,
            text="" if "enum" in inner else text,
            depth=depth,
        )
        if depth < MAX_DEPTH:
            yield from _members(inner, parts, depth + 1)


def _resolve(schema: dict, parts: dict) -> dict:
    """Follow references, also where they stand beside `null` or a description."""
    for choice in (*schema.get("allOf", []), *schema.get("oneOf", [])):
        if choice.get("type") != "null":
            return _resolve(choice, parts)
    reference = schema.get("$ref")
    return _resolve(parts[reference.rpartition("/")[2]], parts) if reference else schema


def _type(schema: dict, parts: dict | None = None) -> str:
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"] if value is not None)
    if schema.get("type") == "array":
        inner = _resolve(schema.get("items", {}), parts or {})
        return f"[{_type(inner, parts)}]"
    kind = schema.get("type", "any")
    kinds = kind if isinstance(kind, list) else [kind]
    shown = schema.get("format") if schema.get("format") in FORMATS else None
    return " | ".join(
        shown if shown and one == "string" else one for one in map(str, kinds)
    )


FORMATS = {"uuid", "date", "date-time", "binary", "uri"}

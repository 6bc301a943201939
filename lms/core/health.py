"""Health checks for load balancers and the start script."""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse


def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """The process can serve: database reachable and migrated, cache writable."""
    checks = {"database": _database_ready(), "cache": _cache_ready()}
    is_ready = all(checks.values())
    status = "ok" if is_ready else "unavailable"
    return JsonResponse(
        {"status": status, "checks": checks}, status=200 if is_ready else 503
    )


def _database_ready() -> bool:
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False


def _cache_ready() -> bool:
    try:
        cache.set("health", "ok", 10)
        return cache.get("health") == "ok"
    except Exception:  # noqa: BLE001 -- any cache backend, any failure: not ready
        return False

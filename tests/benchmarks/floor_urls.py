"""One bare Django view: a SELECT and an INSERT in a transaction, then an answer."""

from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from lms import urls as project

TABLE = "bench_floor"


@csrf_exempt
def bare(request: HttpRequest, number: int) -> JsonResponse:
    """Read one row, write one row, answer after the commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {TABLE} WHERE id = %s", [number])
        cursor.fetchone()
        cursor.execute(f"INSERT INTO {TABLE} (body) VALUES (%s)", ["A"])
    return JsonResponse({"ok": True})


urlpatterns = [path("bench/<int:number>/", bare), *project.urlpatterns]

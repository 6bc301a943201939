from typing import Any

from rest_framework import pagination


class CursorPagination(pagination.CursorPagination):
    """Cursor pages: stable while rows are added, and no one counts a table."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = "-pk"

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        # REST framework writes `nullable`, which OpenAPI 3.1 does not know.
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

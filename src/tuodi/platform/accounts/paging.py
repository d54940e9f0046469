"""Long lists in pages: for every room that shows one.

Enters: a request, rows (a queryset or a list). Leaves: the rows of the page asked for, and what ``ui.pager`` draws.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

__all__ = ["paged"]


def paged(request: HttpRequest, rows: Any, size: int = 50, *, counted: bool = True) -> tuple[list[Any], dict[str, Any]]:
    """The rows of page ``page`` of the address, and the pager; an unknown page is the first, one too high the last.

    ``counted`` false: the rows are not counted, which for millions of them takes longer than showing some.
    """
    word = request.GET.get("page", "1")
    number = max(int(word), 1) if word.isdecimal() and len(word) < 9 else 1
    total: int | None = None
    pages: int | None = None
    if counted:
        total = rows.count() if hasattr(rows, "order_by") else len(rows)
        pages = max((total + size - 1) // size, 1)
        number = min(number, pages)
    shown = list(rows[(number - 1) * size : number * size + 1])
    more = len(shown) > size
    return shown[:size], {
        "number": number,
        "pages": pages,
        "total": total,
        "previous": _address(request, number - 1) if number > 1 else None,
        "next": _address(request, number + 1) if more else None,
    }


def _address(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"

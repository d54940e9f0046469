"""What every call of the API passes through: who calls, for what purpose, how often; and one shape of error.

Enters: a request. Leaves: a kept line of the call, or an :class:`ApiError`. An operation declares its zones, deed and
domains as a page does, and :func:`operation` refuses one that does not. Imports ``ground.pages``, ``trail.looks``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.renderers import JSONRenderer
from ninja.utils import check_csrf

from tuodi.errors import TuodiError
from tuodi.platform.ground import clock
from tuodi.platform.ground.errors import told
from tuodi.platform.ground.pages import Page
from tuodi.platform.ground.words import _
from tuodi.platform.trail.looks import keep_look
from tuodi.platform.trail.models import Look

__all__ = ["OPERATIONS", "PURPOSE", "ApiError", "api", "operation"]

PURPOSE = "Tuodi-Purpose"
"""Header of every call: what for. Not in ASCII: percent-encoded UTF-8."""

Func = TypeVar("Func", bound=Callable[..., Any])


class ApiError(Exception):
    """An error that a program reads: status, code, words, where, what would be right."""

    def __init__(self, status: int, code: str, message: str, where: str = "", expected: str = "") -> None:
        self.status, self.code, self.message, self.where, self.expected = status, code, message, where, expected
        super().__init__(message)


class Caller:
    """Who calls was found by the middleware; a call on a session must carry its form token, as a form does.

    Then the call is admitted: its purpose is checked, it is counted and kept.
    """

    openapi_type = "http"

    def __call__(self, request: HttpRequest) -> Any:
        """The user; raises :class:`ApiError`."""
        if getattr(request, "api_key", None) is None and check_csrf(request, _nothing) is not None:
            raise ApiError(403, "csrf", _("缺少表单令牌。程序请使用接口密钥。"), "X-CSRFToken")
        _admit(request, request.resolver_match.url_name or "" if request.resolver_match else "")
        return request.user


def _nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class Readable(JSONRenderer):
    """Chinese as Chinese."""

    json_dumps_params: Mapping[str, Any] = {"ensure_ascii": False}


api = NinjaAPI(
    title="托底 Tuodi", version="1", urls_namespace="api", docs_url=None, openapi_url="/openapi.json",
    renderer=Readable(), auth=Caller(),
    description="同一份数据、同一套权限、同样的遮盖。Same data, rights and masks as the pages.",
)  # fmt: skip

OPERATIONS: dict[str, Page] = {"openapi-json": Page(frozenset({"insurance", "extranet", "internet"}))}
"""Name of an address → its declaration."""


def operation(
    method: str, path: str, declared: Page, *, summary: str, response: Any = dict[str, Any], tags: str = ""
) -> Callable[[Func], Func]:
    """Make a function an operation: declared as a page is, kept with its purpose, limited in number."""

    def declare(function: Func) -> Func:
        name = function.__name__
        OPERATIONS[name] = declared
        api.api_operation(
            [method], path, response=response, summary=summary, operation_id=name, url_name=name,
            tags=[tags or "tuodi"], openapi_extra=_documented(declared),
        )(function)  # fmt: skip
        return function

    return declare


def _documented(declared: Page) -> dict[str, Any]:
    return {
        "parameters": [
            {
                "in": "header", "name": PURPOSE, "required": True, "schema": {"type": "string"},
                "description": "用途（百分号编码的 UTF-8）；用密钥调用时须与密钥登记的用途一致。",
            }
        ],
        "x-zones": sorted(declared.zones), "x-deed": declared.deed, "x-reads": list(declared.reads),
        "x-writes": list(declared.writes),
        "responses": {
            str(status): {"description": "{code, message, where, expected}"} for status in (400, 401, 403, 404, 429)
        },
    }  # fmt: skip


def _admit(request: HttpRequest, name: str) -> None:
    """Check the purpose, count the call, keep it."""
    purpose = unquote(request.headers.get(PURPOSE, "")).replace("\0", "").strip()
    if len(purpose) < 2:
        raise ApiError(400, "no_purpose", _("每次调用都要说明用途。"), f"header {PURPOSE}", _("两个字以上的用途"))
    key = getattr(request, "api_key", None)
    page = f"api/{name}#{key.pk if key else 'session'}"
    if key is not None:
        if purpose != key.purpose:
            keep_look(None, "api", ["refused:purpose"], purpose[:200], page)
            raise ApiError(403, "other_purpose", _("这个密钥不能用于其他用途；这次调用已记录。"), f"header {PURPOSE}")
        since = clock.now() - timedelta(minutes=1)
        calls = Look.objects.filter(
            user_id=key.grant.user_id, at__gte=since, kind="api", grant_id=key.grant_id, page__endswith=f"#{key.pk}"
        )
        if calls.count() >= key.a_minute:
            raise ApiError(
                429, "too_often", _("调用太频繁，请稍后再试。"), name,
                _("每分钟不超过 {n} 次").format(n=key.a_minute),
            )  # fmt: skip
    keep_look(None, "api", [name], purpose[:200], page)


@api.exception_handler(ApiError)
def _refused(_request: HttpRequest, error: ApiError) -> JsonResponse:
    answer = told(error.code, error.status, error.where, error.expected, error.message)
    if error.status == 429:
        answer["Retry-After"] = "60"
    return answer


@api.exception_handler(ValidationError)
def _invalid(_request: HttpRequest, error: ValidationError) -> JsonResponse:
    first = error.errors[0] if error.errors else {}
    where = ".".join(str(part) for part in first.get("loc", ()))
    return told("invalid", 400, where, str(first.get("msg", "")), _("请求的内容不对。"))


@api.exception_handler(HttpError)
def _http(_request: HttpRequest, error: HttpError) -> JsonResponse:
    return told("refused", error.status_code, "", "", str(error))


@api.exception_handler(TuodiError)
def _ours(_request: HttpRequest, error: TuodiError) -> JsonResponse:
    return told("invalid", 400, "", "", str(error))


@api.exception_handler(PermissionError)
def _closed(_request: HttpRequest, error: PermissionError) -> JsonResponse:
    return told("forbidden", 403, "", "", str(error))

"""Error pages in the reader's language; none of them says more than he may know."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from tuodi.platform.ground.words import N_, _

__all__ = ["API", "fault", "forbidden", "not_found", "told"]

API = "/api/"

_WORDS = {
    "unauthorised": N_("需要登录，或者接口密钥无效、过期、尚未确认。"),
    "no_role": N_("账号没有生效的岗位。"),
    "forbidden": N_("您的岗位不能调用这个接口。"),
    "not_found": N_("没有这个地址，或者不在您所辖的地区。"),
    "fault": N_("系统出错，这一步没有完成。"),
}


def told(code: str, status: int, where: str = "", expected: str = "", message: str = "") -> JsonResponse:
    """An error as programs read it: the one shape of all of them."""
    said = message or _(_WORDS[code])
    body = {"code": code, "message": said, "where": where, "expected": expected}
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """The role may not open this page."""
    del exception
    if request.path_info.startswith(API):
        return told("forbidden", 403, request.path_info)
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """No such page, or no such row within the reader's region: the same words for both."""
    del exception
    if request.path_info.startswith(API):
        return told("not_found", 404, request.path_info)
    return render(request, "404.html", status=404)


def fault(request: HttpRequest) -> HttpResponse:
    """Something is wrong here; the number of the request stands in the log."""
    if request.path_info.startswith(API):
        return told("fault", 500, getattr(request, "number", ""))
    return render(request, "500.html", {"number": getattr(request, "number", "")}, status=500)

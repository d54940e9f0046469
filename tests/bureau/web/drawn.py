"""The gallery: every piece of components.html with invented people, drawn by Jinja2 alone and served as in use.

Enters: the templates. Leaves: pages over HTTP on the loopback address, under the policy that the platform sends.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from tuodi.i18n import translator
from tuodi.platform.web.optional import OptionalKeys

__all__ = ["LANGUAGES", "PAGES", "POLICY", "WEB", "draw", "environment", "served"]

WEB = Path(__file__).parents[3] / "src/tuodi/platform/web"
LANGUAGES = ("zh", "en")
PAGES = ("worklist", "person", "intake", "compare", "confirm", "signin", "403", "404", "500", "outage")
POLICY = "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'; object-src 'none'"
ADDRESSES = {"home": "/worklist", "search": "/search", "preferences": "/preferences", "account_logout": "/logout"}

PEOPLE = (
    ("王＊兰", "Wang *lan", "990121********1224", "上坪村", "Shangping", 6842315, -4, "danger"),
    ("李＊", "Li *", "990121********0418", "石桥村", "Shiqiao", 1204050, 2, "warning"),
    ("欧阳＊雪", "Ouyang *xue", "990121********3310", "云岭社区", "Yunling", 98030, 9, "neutral"),
    ("陈＊明", "Chen *ming", "990121********271X", "东溪村", "Dongxi", 23560000, 11, "neutral"),
    ("周＊", "Zhou *", "990121********0052", "上坪村", "Shangping", 0, 15, "info"),
    ("赵＊国", "Zhao *guo", "990121********1937", "下湖村", "Xiahu", 412360, 21, "success"),
)
STATES = {
    "danger": ("已超期", "Overdue"),
    "warning": ("即将到期", "Due soon"),
    "neutral": ("待核实", "To check"),
    "info": ("已转办", "Referred"),
    "success": ("已补标识", "Flagged"),
}


@cache
def environment() -> Environment:
    """Templates of the room and of the gallery."""
    folders = (WEB / "templates", Path(__file__).parent / "gallery")
    made = Environment(loader=FileSystemLoader(folders), autoescape=True, undefined=OptionalKeys)
    made.globals["static"] = lambda path: f"/static/{path}"
    made.globals["demo_day"] = None
    return made


def _people(lang: str) -> list[dict[str, Any]]:
    zh = lang == "zh"
    return [
        {
            "name": name if zh else latin,
            "number": number,
            "village": village if zh else place,
            "kind": "低保对象" if zh else "Minimum living",
            "day": f"2026-03-{day:02d}",
            "bills": bills,
            "left": left,
            "look": look,
            "state": STATES[look][0 if zh else 1],
            "owner": "陈＊" if zh else "Chen *",
        }
        for day, (name, latin, number, village, place, bills, left, look) in enumerate(PEOPLE, 2)
    ]


def _frame(lang: str, large: bool, page: str) -> dict[str, Any]:
    """What the platform's context gives to every page."""

    def t(zh: str, en: str) -> str:
        return zh if lang == "zh" else en

    request = SimpleNamespace(
        COOKIES={"type": "large"} if large else {}, get_full_path=lambda: f"/{page}?lang={lang}", path=f"/{page}"
    )
    titles = [
        (t("工作台", "My work"), "worklist", None),
        (t("预警信息", "Alerts"), "alerts", 42),
        (t("人员查找", "Find people"), "person", None),
        (t("已认定未标识", "Recognised, not flagged"), "flags", 128),
        (t("同一人核对", "One person or two"), "compare", 1206),
        (t("数据导入", "Files in"), "intake", None),
        (t("数据质量", "Data quality"), "quality", None),
        (t("操作记录", "Audit trail"), "trail", None),
    ]
    return {
        "t": t,
        "_": translator("platform-web", lang),
        "lang": lang,
        "url": lambda name, *args, **kwargs: ADDRESSES[name],
        "request": request,
        "csrf_input": Markup('<input type="hidden" name="csrfmiddlewaretoken" value="invented">'),
        "may_search": True,
        "me": SimpleNamespace(
            display_name=t("陈思远", "Chen Siyuan"),
            role_name=t("医保经办", "Insurance officer"),
            office_name=t("云岭县医疗保障局", "Yunling County Insurance Bureau"),
            region_name=t("云岭县（虚构）", "Yunling County (invented)"),
        ),
        "menu": [{"title": name, "url": f"/{key}", "active": key == page, "count": n} for name, key, n in titles],
        "banners": [
            {
                "kind": "stale",
                "text": t(
                    "民政当月名册的数据截至 2026-02-28，已过期 3 天；不能据此排除任何人。",
                    "Civil affairs' list reaches to 2026-02-28 and is 3 days too old; it clears nobody.",
                ),
                "url": "/intake",
            }
        ]
        if page == "worklist"
        else [],
        "zone_name": t("演示（虚构数据）", "Demo (invented data)"),
        "invented": True,
        "data_as_of": [
            {"source": t("救助结算明细", "Aid settlements"), "as_of": "2026-03-31", "stale": False},
            {"source": t("身份标识明细", "Identity flags"), "as_of": "2026-03-31", "stale": False},
            {"source": t("民政当月名册", "Civil affairs' list"), "as_of": "2026-02-28", "stale": True},
        ],
        "crumbs": [],
        "people": _people(lang),
    }


def _confirm(t: Any) -> dict[str, Any]:
    return {
        "title": t("撤销这次导入", "Undo this import"),
        "question": t("请核对后确认。", "Please check, then confirm."),
        "facts": [
            {"label": t("来源", "Source"), "value": t("民政当月名册", "Civil affairs' list")},
            {"label": t("将恢复", "To be restored"), "value": "387"},
        ],
        "action": "#undo",
        "fields": [],
        "submit": t("撤销", "Undo"),
        "danger": True,
        "back_url": "/intake",
        "ask_reason": True,
        "reason_error": "",
    }


def draw(page: str, lang: str, large: bool = False) -> str:
    """One page of the gallery as text."""
    frame = _frame(lang, large, page)
    if page == "500":
        frame = {}  # Django draws it without a request: no context at all
    if page == "confirm":
        frame |= _confirm(frame["t"])
    return environment().get_template(f"{page}.html").render(frame)


class _Handler(BaseHTTPRequestHandler):
    """Pages, static files, a job that is done at its second asking, and what the browser posted."""

    asked = 0
    posted: list[str] = []  # noqa: RUF012 - one server at a time

    def _send(self, body: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        query = parse_qs(address.query)
        lang = query.get("lang", ["zh"])[0]
        name = address.path.strip("/")
        if name.startswith("static/") and (WEB / name).is_file():
            self._send((WEB / name).read_bytes(), mimetypes.guess_type(name)[0] or "application/octet-stream")
        elif name == "progress":
            type(self).asked += 1
            ui = environment().get_template("components.html").make_module(_frame(lang, False, "intake"))
            done = self.asked >= 2
            piece = str(ui.progress("/progress", 15600 if done else 9000, 15600, finished=done))
            self._send(piece.encode(), "text/html; charset=utf-8")
        elif name in PAGES:
            self._send(draw(name, lang, "large" in query).encode(), "text/html; charset=utf-8")
        else:
            self._send(draw("404", lang).encode(), "text/html; charset=utf-8", 404)

    def do_POST(self) -> None:
        type(self).posted.append(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        self._send(
            b'<!doctype html><html lang=en><title>sent</title><link rel=icon href="/static/web/icon.svg"><p>sent',
            "text/html; charset=utf-8",
        )

    def log_message(self, *args: object) -> None:
        """Stay quiet."""


@contextmanager
def served() -> Iterator[SimpleNamespace]:
    """The gallery at ``.address``; ``.posted`` is what browsers sent."""
    _Handler.asked, _Handler.posted = 0, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield SimpleNamespace(address=f"http://127.0.0.1:{server.server_port}", posted=_Handler.posted)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

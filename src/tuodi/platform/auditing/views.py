"""Pages of the audit: the runs, a new one, one run, and its report page by page."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import PurePosixPath

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from tuodi.errors import PackError
from tuodi.law import find_packs
from tuodi.platform.accounts.models import User
from tuodi.platform.auditing.models import AuditRun
from tuodi.platform.auditing.running import PERSONS, report_folder
from tuodi.platform.auditing.tasks import audit as audit_task
from tuodi.platform.ground import clock
from tuodi.platform.ground.grades import sensitive
from tuodi.platform.ground.orders import signed
from tuodi.platform.ground.pages import page
from tuodi.platform.ground.words import _, language
from tuodi.platform.ground.zones import INSURANCE
from tuodi.platform.trail.asking import reason_of
from tuodi.platform.trail.looks import keep_look, keep_looks

__all__ = ["audit", "audits", "begin", "report"]

ZONES = frozenset({INSURANCE})
IN_REPORTS = sensitive()
"""Names, days and amounts stand open in a report."""
OF_NOBODY = frozenset({"index", "method", "data"})
"""Pages of a report on which no person stands."""
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_INLINE = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)


@page(zones=ZONES, reads=("audit",))
@require_GET
def audits(request: HttpRequest) -> HttpResponse:
    """Every run within the reader's region, newest first."""
    return render(
        request, "auditing/audits.html", {"runs": _runs(), "packs": _packs(), "today": clock.today(), "error": ""}
    )


def _runs() -> list[tuple[AuditRun, str]]:
    """Runs, newest first, each with the name of who started it as far as the reader may know it."""
    runs = list(AuditRun.objects.select_related("organisation")[:100])
    names = dict(User.objects.filter(pk__in=[run.made_by_id for run in runs]).values_list("pk", "display_name"))
    return [(run, names.get(run.made_by_id, "—")) for run in runs]


def _packs() -> list[tuple[str, str]]:
    """The packs that compute a layer which an audit judges, with their titles."""
    return [(number, titles[language()]) for number, titles in _titles()]


@cache
def _titles() -> list[tuple[str, dict[str, str]]]:
    from tuodi.audit import audited_layers
    from tuodi.settlement import load_law

    found = []
    for number in find_packs():
        try:
            law = load_law(number)
        except PackError:  # one that states monitoring lines only: nothing to settle
            continue
        if audited_layers(law):
            title = law.packs[-1].title
            found.append((number, {lang: f"{title.get(lang) or title['zh']} · {number}" for lang in ("zh", "en")}))
    return found


@page(zones=ZONES, writes=("audit",))
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Order a run; the worker does it."""
    standing = request.standing
    pack, as_of = request.POST.get("pack", ""), parse_date(request.POST.get("as_of", "") or "-")
    if as_of is None or pack not in dict(_packs()):
        wrong = _("请选择规则，并填写数据截至日期（如 2024-12-31）")
        context = {"runs": _runs(), "packs": _packs(), "today": clock.today(), "error": wrong}
        return render(request, "auditing/audits.html", context, status=422)
    run = AuditRun.objects.create(
        organisation=standing.grant.organisation, region_path=standing.region_path, pack=pack, as_of=as_of,
        made_by=standing.user, made_at=clock.now(),
    )  # fmt: skip
    audit_task.defer(**signed("auditing.audit", run=run.id, grant=standing.grant.id))
    return redirect("audit", number=run.id)


@page(zones=ZONES, reads=("audit",))
@require_GET
def audit(request: HttpRequest, number: int) -> HttpResponse:
    """One run: how far it is, what it found, and the way into its report."""
    from tuodi.report.kinds import kind_title

    run = get_object_or_404(AuditRun.objects.select_related("organisation"), id=number)
    kinds = [
        {**kind, "title": kind_title(kind["kind"], language())}
        for kind in run.counts.get("kinds", [])
        if kind["people"]
    ]
    template = "auditing/progress.html" if getattr(request, "htmx", False) else "auditing/audit.html"
    return render(request, template, {"run": run, "kinds": kinds})


@page(zones=ZONES, reads=("audit", "settlement"))
@require_GET
def report(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """One file of a run's report. Its style and script stand in the page and are allowed by their digest.

    The report was written whole; whose role has such values masked states a reason first, as for the trail.
    """
    run = get_object_or_404(AuditRun, id=number, state="done")
    folder = report_folder(run).resolve()
    path = (folder / PurePosixPath(name)).resolve()
    if not path.is_relative_to(folder) or path.suffix not in _TYPES or not path.is_file():
        raise Http404
    reason, stem = reason_of(request), path.stem.split(".")[0]
    if stem not in OF_NOBODY and not request.standing.sees(IN_REPORTS):
        if not (request.standing.may("read_trail") and request.standing.may_reveal(IN_REPORTS)):
            raise PermissionDenied
        if not reason:
            return redirect(f"{reverse('trail_reason')}?{urlencode({'next': request.path})}")
    # Of the file that was found, not of the address: that may lead to it in a roundabout way.
    place = path.relative_to(folder).parts
    of_page = json.loads((folder / PERSONS).read_text("utf-8"))
    if path.suffix == ".xlsx":
        people = [(int(person), "") for person in sorted(set(of_page.values()))]
        keep_looks(people, "export", [path.stem], reason, "audit_report")
    elif place[0] == "persons":
        keep_look(of_page.get(stem), "open", ["audit"], reason, "audit_report")
    elif stem not in OF_NOBODY:
        keep_look(None, "open", [stem], reason, "audit_report")
    data = path.read_bytes()
    response = HttpResponse(data, content_type=_TYPES[path.suffix])
    if path.suffix == ".xlsx":
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{_quoted(path.name)}"
        return response
    digests: dict[str, list[str]] = {"style": [], "script": []}
    for kind, text in _INLINE.findall(data.decode()):
        digests[kind].append(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; img-src data:; style-src {' '.join(digests['style']) or chr(39) + 'none' + chr(39)}; "
        f"script-src {' '.join(digests['script']) or chr(39) + 'none' + chr(39)}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return response


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name)

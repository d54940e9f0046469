"""Runs an audit and writes its report into a folder of its own; nothing half-written is ever shown.

Enters: a run's number, under the pass of who asked for it. Leaves: the report, and the counts in the run's row.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from tuodi.platform.auditing.models import AuditRun
from tuodi.platform.auditing.rows import audited_rows
from tuodi.platform.ground import clock
from tuodi.platform.ground.passes import standing_as

__all__ = ["LEADS", "PERSONS", "report_folder", "run_audit"]

LEADS = "leads.json"
"""In a report's folder: the leads with the persons' numbers, for what follows from them."""

OF_A_LEAD = (
    "lead_id",
    "person_id",
    "layer",
    "kind",
    "direction",
    "recorded",
    "manual",
    "by_law",
    "difference",
    "causes",
)

PERSONS = "persons.json"
"""In a report's folder: page of a person → the person's number in the registry."""


def report_folder(run: AuditRun) -> Path:
    """Where a finished run's files lie."""
    return Path(settings.TUODI_HOME) / "audits" / str(run.folder)


def run_audit(number: int, grant: int) -> None:
    """Run it. What goes wrong is told on the run's page, with the reason; the rows of the county are only read."""
    try:
        _run(number, grant)
    except Exception as error:
        with standing_as(grant):
            AuditRun.objects.filter(id=number).update(
                state="failed", problem=str(error)[:2000], finished_at=clock.now(), progress=""
            )
        raise


def _tell(number: int, grant: int, **what: object) -> None:
    with standing_as(grant):
        AuditRun.objects.filter(id=number).update(**what)


def _run(number: int, grant: int) -> None:
    from tuodi.audit import audit
    from tuodi.report import write_report
    from tuodi.settlement import load_law

    with standing_as(grant):
        run = AuditRun.objects.select_related("organisation", "organisation__region").get(id=number)
        if run.state == "done":
            return
        rows = audited_rows(run.as_of)
        place = run.organisation.region.name
    _tell(number, grant, state="running", progress="settle", problem="")
    law = load_law(run.pack)
    result = audit(
        law, rows.claims, rows.recognised, flags=rows.flags, persons=rows.persons, manual=rows.manual,
        as_of=run.as_of,
        progress=lambda step: _tell(number, grant, progress=step),
    )  # fmt: skip
    base = Path(settings.TUODI_HOME) / "audits"
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = uuid4().hex
    draft = base / f".{folder}"
    draft.mkdir(mode=0o700)
    try:
        paths = write_report(result, law, draft, as_of=run.as_of, place=place, home=reverse("audit", args=[number]))
        of_page = {path.stem.split(".")[0]: int(person) for person, path in paths.persons.items()}
        (draft / PERSONS).write_text(json.dumps(of_page), "utf-8")
        (draft / LEADS).write_text(result.leads.select(*OF_A_LEAD).write_json(), "utf-8")
        draft.rename(base / folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    kinds = [
        {"kind": row["kind"], "people": row["people"], "fen": row["amount"] or 0}
        for row in result.summary.iter_rows(named=True)
    ]
    with standing_as(grant), transaction.atomic():
        AuditRun.objects.filter(id=number).update(
            state="done", progress="", folder=folder, finished_at=clock.now(),
            counts={
                "persons": result.meta.claims_people, "bills": rows.claims.height, "leads": result.leads.height,
                "cleared": result.cleared.height, "undetermined": result.undetermined.height, "kinds": kinds,
            },
        )  # fmt: skip

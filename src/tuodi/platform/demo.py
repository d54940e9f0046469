"""The platform on an invented county: files written, taken in, audited; one account for each role.

Enters: a number of persons and a seed. Leaves: an installation that can be looked at. Run again, it reuses what is
there. Only in a home of zone ``all``. Raises ``UsageError`` elsewhere.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings

from tuodi.errors import UsageError
from tuodi.platform import run

__all__ = ["PASSWORD", "Login", "Step", "demonstrate"]

PASSWORD = "tuodi-demo-2024"
"""The word of every account of the demo; the installation holds invented people only."""

PACK = "cn/321300/2024"
"""By whose law the invented county's assistance was paid (``tuodi.synth.whole``)."""

DAY = date(2025, 1, 8)
"""The day on which the demo is set: shortly after the invented files end."""

SEATS = (
    ("admin", "system_admin", "medical_insurance", "闻人砚"),
    ("guard", "security_admin", "medical_insurance", "钟离岑"),
    ("trail", "security_auditor", "medical_insurance", "公羊简"),
    ("officer", "insurance_officer", "medical_insurance", "沈知微"),
    ("reviewer", "insurance_reviewer", "medical_insurance", "顾临川"),
    ("civil", "civil_affairs_officer", "civil_affairs", "温若谷"),
    ("rural", "agriculture_officer", "agriculture", "麦野"),
    ("sender", "list_sender", "disabled_federation", "宿云生"),
    ("charity", "charity_officer", "charity", "乐善行"),
    ("town", "township_worker", "township", "石磊磊"),
    ("village", "village_worker", "village", "竹篱"),
    ("desk", "hospital_desk", "hospital", "白芷"),
    ("auditor", "auditor", "audit", "司空鉴"),
    ("superior", "superior", "city_bureau", "高望"),
)
"""Name to sign in with, role, kind of office, name on the screen."""


@dataclass(frozen=True)
class Login:
    """One account of the demo."""

    username: str
    role: str
    office: str
    name: str


@dataclass(frozen=True)
class Step:
    """What the demo has just done: a source and its file, and how it ended."""

    what: str
    state: str
    done: int
    total: int


def demonstrate(home: Path, persons: int, seed: int, tell: Callable[[Step], None]) -> list[Login]:
    """Make or renew the demo in ``home``; every account, in the order of :data:`SEATS`."""
    files = _files(home, persons, seed)
    (home / "demo-day").write_text(DAY.isoformat(), "utf-8")
    settings.TUODI_TODAY = DAY
    run.set_up("岚汀县医疗保障局（演示）")
    from tuodi.platform.ground import zones

    if not zones.invented_only():
        raise UsageError("the demo needs a home of zone 'all': it holds invented people")
    logins = list(_people(files))
    _take_in(files, tell)
    _audit(tell)
    return logins


def _files(home: Path, persons: int, seed: int) -> Path:
    """The departments' files; written once for a number of persons and a seed."""
    from tuodi.synth.whole import write_county

    folder = home / "county"
    mark, said = folder / ".made-of", f"{persons} {seed}"
    if mark.exists() and mark.read_text("utf-8") == said:
        return folder
    if mark.exists():
        raise UsageError(
            f"this demo was made of {mark.read_text('utf-8')} (persons, seed): choose the same, or another TUODI_HOME"
        )
    draft = home / ".county"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    write_county(draft, seed=seed, persons=persons)
    (draft / ".made-of").write_text(said, "utf-8")
    draft.rename(folder)
    return folder


def _people(files: Path) -> Iterator[Login]:
    from tuodi.platform.accounts.founding import found_user
    from tuodi.platform.accounts.models import User
    from tuodi.platform.accounts.roles import role
    from tuodi.platform.places.loading import load_organisations, load_regions, read_organisations, read_regions
    from tuodi.platform.places.models import Organisation

    if not Organisation.objects.using("owner").exists():
        load_regions(read_regions(files / "区划.csv"), invented=True)
        load_organisations(read_organisations(files / "组织机构.csv"))
    for username, code, kind, name in SEATS:
        office = Organisation.objects.using("owner").filter(kind=kind).order_by("region_id", "id").first()
        if not User.objects.using("owner").filter(username=username).exists():
            found_user(username, name, code, office, password=PASSWORD)
        yield Login(username, role(code).name, office.name, name)
    office = Organisation.objects.using("owner").filter(kind="medical_insurance").first()
    found_user("background", "后台接收", "importer", office, service=True)


def _grant(username: str) -> int:
    from tuodi.platform.accounts.models import Grant

    return int(Grant.objects.using("owner").get(user__username=username).id)


def _take_in(files: Path, tell: Callable[[Step], None]) -> None:
    """Each file in the order of the list of sources; one that has come in before changes nothing."""
    from tuodi.platform.intake.committing import commit
    from tuodi.platform.intake.models import Delivery
    from tuodi.platform.intake.previewing import preview

    with (files / "来源清单.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = list(csv.DictReader(file))
    grant = _grant("officer")
    for number, row in enumerate(listed, 1):
        delivery = _received(files / row["file"], row["code"], date.fromisoformat(row["as_of"]), grant)
        if delivery.state == "received":
            delivery = preview(delivery.pk, grant)
        if delivery.state == "previewed":
            delivery = commit(delivery.pk, grant)
        assert isinstance(delivery, Delivery)
        tell(Step(row["file"], delivery.state_name, number, len(listed)))


def _received(path: Path, source: str, as_of: date, grant: int):  # type: ignore[no-untyped-def]
    from tuodi.platform.accounts.models import Grant
    from tuodi.platform.ground import passes
    from tuodi.platform.intake.receiving import Brought, receive, senders, template_of

    with passes.standing_as(grant), path.open("rb") as stream:
        held = Grant.objects.select_related("organisation", "region", "user").get(id=grant)
        organisation = senders(template_of(source), held)[0]
        return receive(stream, Brought(path.name, "command", source, organisation, as_of), held)


def _audit(tell: Callable[[Step], None]) -> None:
    from tuodi.platform.auditing.models import AuditRun
    from tuodi.platform.auditing.running import run_audit
    from tuodi.platform.ground import clock, passes

    grant = _grant("officer")
    with passes.standing_as(grant):
        if AuditRun.objects.filter(state="done").exists():
            return
        from tuodi.platform.accounts.models import Grant

        held = Grant.objects.select_related("organisation").get(id=grant)
        made = AuditRun.objects.create(
            organisation=held.organisation, region_path=held.region_path, pack=PACK, as_of=date(2024, 12, 31),
            made_by_id=held.user_id, made_at=clock.now(),
        )  # fmt: skip
    run_audit(made.id, grant)
    with passes.standing_as(grant):
        made.refresh_from_db()
    tell(Step(PACK, made.state_name, 1, 1))

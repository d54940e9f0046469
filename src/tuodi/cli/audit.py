"""``tuodi audit``: three Excel files in, a report with leads to verify out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tuodi.cli.common import (
    EXIT,
    AsJson,
    Claims,
    Lang,
    Opening,
    PackRef,
    PacksDir,
    Persons,
    Read,
    WindowFrom,
    language,
    print_json,
    say,
    texts,
)
from tuodi.cli.folder import QUARANTINE, check_folder, write_folder
from tuodi.cli.progress import working
from tuodi.cli.settle import files_of, law_and_inputs
from tuodi.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

    from tuodi.audit import AuditResult
    from tuodi.cli.inputs import Inputs
    from tuodi.settlement import Law

__all__ = ["audit"]

SHOWN = 5
"""Months of the platform's report that are printed where they differ."""
AMOUNTS = ("platform_amount", "file_amount", "quarantined_amount", "difference")


def audit(
    pack: PackRef,
    claims: Claims,
    identities: Annotated[
        list[Path], typer.Option("--identities", help="认定部门名单（如民政）；可重复 / recognised list")
    ],
    out: Annotated[Path, typer.Option("--out", help="报告文件夹 / folder of the report")],
    flags: Annotated[
        list[Path] | None, typer.Option("--flags", help="医保平台身份标识明细 / the platform's flags")
    ] = None,
    manual: Annotated[list[Path] | None, typer.Option("--manual", help="零星报销支付明细 / payments by hand")] = None,
    totals: Annotated[
        list[Path] | None, typer.Option("--totals", help="平台月报 / the platform's monthly report")
    ] = None,
    persons: Persons = None,
    opening: Opening = None,
    from_layer: Annotated[
        str | None, typer.Option("--from", help="从哪一层起重算（如 basic）/ first layer recomputed")
    ] = None,
    tolerance: Annotated[int, typer.Option("--tolerance", min=0, help="每笔容差（分）/ tolerance a bill, fen")] = 1,
    window_from: WindowFrom = None,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="数据截至；缺省取文件所写 / data reach to")
    ] = None,
    place: Annotated[str, typer.Option("--place", help="报告上的地名 / name of the place on the report")] = "",
    read: Read = None,
    packs_dir: PacksDir = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """核对已结算的救助：列出待核实线索，写成报告 / audit settlements; leads to verify, as a report."""
    from tuodi.audit import audit as run_audit
    from tuodi.exchange import people_set_aside

    word = language(lang)
    _ = texts(word)
    files = files_of(
        claims=claims,
        identities=identities,
        flags=flags,
        manual=manual,
        totals=totals,
        persons=persons,
        opening=opening,
    )
    check_folder(out, _of_report, files, word)
    day = as_of.date() if as_of else None
    law, inputs = law_and_inputs(pack, packs_dir, files, word, read, as_of=day)
    _check_layers(law, from_layer, word)
    until = day or inputs.as_of or _last_settlement(inputs)
    if until is None:
        raise UsageError(_("文件没有写明数据截至哪一天，请用 --as-of 指明"))
    assert inputs.identities is not None
    steps = {
        "settle": _("正在按规则结算"), "prove": _("正在查证原因"), "clear": _("正在排除"), "write": _("正在汇总"),
    }  # fmt: skip
    with working(_("正在核对")) as told:
        result = run_audit(
            law, inputs.claims, inputs.identities, flags=inputs.flags, persons=inputs.persons, manual=inputs.manual,
            totals=inputs.totals, opening=inputs.opening,
            window_from=inputs.since(window_from), window_to=inputs.window_to,
            as_of=until, tolerance=tolerance, from_layer=from_layer, quarantined=_set_aside(inputs),
            incomplete=people_set_aside(inputs.readings, inputs.claims),
            progress=lambda step: told(steps.get(step, step)),
        )  # fmt: skip
        told(_("正在写报告"))
        quarantine = _write(result, law, inputs, out, word, until, place, told.of)
    code = EXIT["done_with_rows_set_aside"] if inputs.set_aside or _outside(result, inputs) else EXIT["done"]
    if as_json:
        print_json(_summary(result, inputs, out, quarantine, code, word))
    else:
        for line in _lines(result, inputs, out, quarantine, word):
            say(line)
    raise typer.Exit(code)


def _of_report(path: Path) -> bool:
    from tuodi.i18n import LANGUAGES, translator
    from tuodi.report.pages import NAMES

    if path.is_dir():
        return path.name == "persons"
    books = {QUARANTINE, *(translator("report", lang)("补报清单") + ".xlsx" for lang in LANGUAGES)}
    return path.name in books or (path.suffix == ".html" and path.name.split(".")[0] in NAMES.values())


def _check_layers(law: Law, first: str | None, lang: str) -> None:
    """The layers that are to be judged. Raises ``UsageError`` for one that there is not, or where there is none."""
    _ = texts(lang)
    computed = dict.fromkeys(
        layer.id for pack in law.packs for layer in pack.layers if layer.given is None and not layer.notional
    )
    known = _("、").join(name for name in law.layers if name in computed)
    if first is not None and first not in computed:
        raise UsageError(_("--from {name}：规则不计算这一层，可用：{known}").format(name=first, known=known))
    from tuodi.audit import audited_layers

    if not audited_layers(law, first):
        raise UsageError(
            _("规则没有医疗救助和大病倾斜可核对，请用 --from 指明从哪一层起，可用：{known}").format(known=known)
        )


def _write(
    result: AuditResult, law: Law, inputs: Inputs, out: Path, lang: str, until: date, place: str, progress: Any
) -> Path | None:
    """The whole report; returns where the rows to be corrected lie."""
    from tuodi.report import write_report

    found: list[Path] = []

    def write(folder: Path) -> None:
        quarantine = inputs.write_quarantine(folder / QUARANTINE, lang)
        found.extend([quarantine] if quarantine else [])
        write_report(
            result, law, folder, lang=lang, as_of=until, place=place, quality=_quality(inputs, quarantine),
            certificates=_certificates(inputs), progress=progress,
        )  # fmt: skip

    write_folder(out, write)
    return out / QUARANTINE if found else None


def _last_settlement(inputs: Inputs) -> date | None:
    last = inputs.claims["settled_at"].max()
    return last.date() if isinstance(last, datetime) else None


def _set_aside(inputs: Inputs) -> pl.DataFrame | None:
    """What can be read of the claims to be corrected. A claim that stands in several rows counts once: the platform
    has it once. A reversal counts beside its claim; a row whose number cannot be read counts for itself."""
    import polars as pl

    from tuodi.audit import set_aside

    frames = []
    seen: set[tuple[str, bool]] = set()
    for name, reading in inputs.readings:
        if name != "claims" or not reading.quarantined:
            continue
        total = next((at for at, head in enumerate(reading.headers) if reading.header_map.get(head) == "total"), None)
        kept = []
        for row, key, cells in (
            reading.quarantine.select("row", "key", "cells")
            .unique("row", keep="first", maintain_order=True)
            .iter_rows()
        ):
            taken_back = total is not None and total < len(cells) and cells[total].strip().startswith(("-", "("))
            if key and (key, taken_back) in seen:
                continue
            seen.add((key, taken_back))
            kept.append(row)
        rows = reading.quarantine.filter(pl.col("row").is_in(kept))
        frames.append(set_aside(rows, reading.headers, reading.header_map))
    return pl.concat(frames, how="diagonal") if frames else None


def _outside(result: AuditResult, inputs: Inputs) -> int:
    """Bills that were read and could not be judged by this law: outside its period, or of no counter year."""
    aside = _set_aside(inputs)
    return result.meta.quarantined - (0 if aside is None else aside.height)


def _quality(inputs: Inputs, quarantine: Path | None) -> list[Any]:
    from tuodi.report import file_quality

    name = quarantine.name if quarantine else ""
    return [file_quality(reading, table, until=reading.as_of, correct_in=name) for table, reading in inputs.readings]


def _certificates(inputs: Inputs) -> dict[str, str]:
    found: dict[str, str] = {}
    for frame in (inputs.claims, inputs.identities, inputs.flags, inputs.persons):
        if frame is not None and "certificate" in frame.columns:
            known = frame.select("person_id", "certificate").drop_nulls().unique(maintain_order=True)
            found = {**dict(known.iter_rows()), **found}
    return found


def _summary(
    result: AuditResult, inputs: Inputs, out: Path, quarantine: Path | None, code: int, lang: str
) -> dict[str, Any]:
    from tuodi.cli.problems import file_records, problem_records
    from tuodi.money import yuan

    def money(row: dict[str, Any], *names: str) -> dict[str, Any]:
        return {**row, **{name: None if row[name] is None else yuan(row[name]) for name in names}}

    kinds = [money({**row, "amount": row["amount"] or 0}, "amount") for row in result.summary.iter_rows(named=True)]
    months = [money(row, *AMOUNTS) for row in result.totals.iter_rows(named=True)]
    return {
        "report": out / "index.html", "leads": result.leads.height, "kinds": kinds,
        "cleared": result.cleared.height, "undetermined": result.undetermined.height,
        "quarantined": inputs.set_aside, "outside_version": _outside(result, inputs), "totals_agree": result.totals_agree,
        "months_that_differ": sum(row["state"] == "differs" for row in months), "totals": months,
        "quarantine": quarantine, "files": file_records(inputs), **problem_records(inputs, lang), "exit_code": code,
    }  # fmt: skip


def _totals(result: AuditResult, lang: str) -> Iterator[str]:
    """How the files stand to the platform's own report: in one line, then what differs."""
    from tuodi.i18n import translator
    from tuodi.money import yuan
    from tuodi.report.kinds import PAYER_WORDS

    _ = texts(lang)
    if result.totals_agree is None:
        yield _("没有平台月报，未核对总额")
        return
    states = [row["state"] for row in result.totals.iter_rows(named=True)]
    yield _("与平台月报核对（月份 × 项目）：一致 {equal}，差额为待更正的行 {explained}，不一致 {differs}").format(
        equal=states.count("equal"), explained=states.count("explained"),
        differs=len(states) - states.count("equal") - states.count("explained"),
    )  # fmt: skip
    wrong = [row for row in result.totals.iter_rows(named=True) if row["state"] in ("differs", "not_in_report")]
    for row in wrong[:SHOWN]:
        name = translator("report", lang)(PAYER_WORDS.get(row["measure"], row["measure"]))
        if row["state"] == "not_in_report":
            amount = yuan(row["file_amount"])
            yield _("  {month} {name}：月报没有，文件 {amount} 元").format(month=row["month"], name=name, amount=amount)
            continue
        amounts = {key: "?" if row[key] is None else yuan(row[key]) for key in AMOUNTS}
        yield _("  {month} {name}：月报 {platform_amount} 元，文件 {file_amount} 元，相差 {difference} 元").format(
            month=row["month"], name=name, **amounts
        )
    if len(wrong) > SHOWN:
        yield _("  …… 另有 {count} 处，见报告").format(count=len(wrong) - SHOWN)


def _lines(result: AuditResult, inputs: Inputs, out: Path, quarantine: Path | None, lang: str) -> Iterator[str]:
    from tuodi.cli.problems import file_lines
    from tuodi.money import yuan
    from tuodi.report.kinds import kind_title

    _ = texts(lang)
    yield from file_lines(inputs, quarantine, lang)
    yield from _totals(result, lang)
    outside = _outside(result, inputs)
    if outside:
        yield _("不在规则施行期内或分不清年度、未核对：{count} 笔").format(count=outside)
    yield _("线索（待核实）{leads} 条；已排除 {cleared} 条；无法判定 {undetermined} 条").format(
        leads=result.leads.height, cleared=result.cleared.height, undetermined=result.undetermined.height
    )
    for row in result.summary.iter_rows(named=True):
        name, amount = kind_title(row["kind"], lang), yuan(row["amount"] or 0)
        yield _("  {name}：{people} 人，{amount} 元").format(name=name, people=row["people"], amount=amount)
    yield _("报告：{path}").format(path=out / "index.html")

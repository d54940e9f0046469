"""``tuodi audit``: three Excel files in, a report with leads to verify out."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
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
    roots_of,
    say,
    texts,
    working,
)

if TYPE_CHECKING:
    import polars as pl

    from tuodi.cli.inputs import Inputs

__all__ = ["audit"]

QUARANTINE = "待更正.xlsx"


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
    from tuodi.cli.inputs import read_inputs
    from tuodi.errors import UsageError
    from tuodi.report import write_report
    from tuodi.settlement import load_law

    word = language(lang)
    _ = texts(word)
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {out}: a folder is needed, this is a file")
    law = load_law(pack, roots_of(packs_dir))
    files: dict[str, Sequence[Path]] = {
        "claims": claims, "identities": identities, "flags": flags or [], "manual": manual or [],
        "totals": totals or [], "persons": [persons] if persons else [], "opening": [opening] if opening else [],
    }  # fmt: skip
    day = as_of.date() if as_of else None
    with working(_("正在读取文件")) as told:
        inputs = read_inputs(
            law.packs, files, as_of=day, told=lambda name: told(_("正在读取 {name}").format(name=name))
        )
        until = day or inputs.window_to or _last_settlement(inputs)
        told(_("正在核对"))
        assert inputs.identities is not None
        result = run_audit(
            law, inputs.claims, inputs.identities, flags=inputs.flags, persons=inputs.persons, manual=inputs.manual,
            totals=inputs.totals, opening=inputs.opening,
            window_from=window_from.date() if window_from else inputs.window_from, window_to=inputs.window_to,
            as_of=until, tolerance=tolerance, from_layer=from_layer, quarantined=_set_aside(inputs), progress=told,
        )  # fmt: skip
        told(_("正在写报告"))
        out.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        try:
            quarantine = inputs.write_quarantine(draft / QUARANTINE, word)
            paths = write_report(
                result, law, draft, lang=word, as_of=until, place=place, quality=_quality(inputs, quarantine),
                certificates=_certificates(inputs),
            )  # fmt: skip
            draft.chmod(0o755)
            if out.exists():
                shutil.rmtree(out)
            draft.replace(out)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    del paths
    code = EXIT["done_with_rows_set_aside"] if inputs.set_aside else EXIT["done"]
    summary = _summary(result, inputs, out, code)
    if as_json:
        print_json(summary)
    else:
        _tell(summary, out, word)
    raise typer.Exit(code)


def _last_settlement(inputs: Inputs) -> date | None:
    last = inputs.claims["settled_at"].max()
    return last.date() if isinstance(last, datetime) else None


def _set_aside(inputs: Inputs) -> pl.DataFrame | None:
    import polars as pl

    from tuodi.audit import set_aside

    frames = [
        set_aside(reading.quarantine, reading.headers, reading.header_map)
        for name, reading in inputs.readings
        if name == "claims" and reading.quarantined
    ]
    return pl.concat(frames, how="diagonal") if frames else None


def _quality(inputs: Inputs, quarantine: Path | None) -> list[Any]:
    from tuodi.report import file_quality

    name = quarantine.name if quarantine else ""
    return [file_quality(reading, table, correct_in=name) for table, reading in inputs.readings]


def _certificates(inputs: Inputs) -> dict[str, str]:
    found: dict[str, str] = {}
    for frame in (inputs.claims, inputs.identities, inputs.flags, inputs.persons):
        if frame is not None and "certificate" in frame.columns:
            known = frame.select("person_id", "certificate").drop_nulls().unique(maintain_order=True)
            found = {**dict(known.iter_rows()), **found}
    return found


def _summary(result: Any, inputs: Inputs, out: Path, code: int) -> dict[str, Any]:
    from tuodi.money import yuan

    kinds = [{**row, "amount": yuan(row["amount"] or 0)} for row in result.summary.iter_rows(named=True)]
    totals = result.totals
    differing = int((totals["difference"].fill_null(0) != 0).sum()) if totals.height else 0
    return {
        "report": out / "index.html", "leads": result.leads.height, "kinds": kinds,
        "cleared": result.cleared.height, "undetermined": result.undetermined.height,
        "quarantined": inputs.set_aside, "months_that_differ": differing, "exit_code": code,
    }  # fmt: skip


def _tell(summary: dict[str, Any], out: Path, lang: str) -> None:
    from tuodi.report.kinds import kind_title

    _ = texts(lang)
    say(
        _("线索（待核实）{leads} 条；已排除 {cleared} 条；无法判定 {undetermined} 条；待更正 {quarantined} 行").format(
            **summary
        )
    )
    for row in summary["kinds"]:
        name = kind_title(row["kind"], lang)
        say(_("  {name}：{people} 人，{amount} 元").format(name=name, people=row["people"], amount=row["amount"]))
    say(_("报告：{path}").format(path=out / "index.html"))

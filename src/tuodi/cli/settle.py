"""``tuodi settle``, ``resettle``, ``award``: tables in, a table out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tuodi.cli.common import (
    EXIT,
    AsJson,
    Claims,
    Identities,
    Lang,
    Opening,
    Out,
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
    from tuodi.cli.inputs import Inputs
    from tuodi.settlement import Law

__all__ = ["award", "law_and_inputs", "leave", "resettle", "settle"]


def law_and_inputs(
    pack: str,
    packs_dir: Path | None,
    files: dict[str, Sequence[Path]],
    lang: str,
    rules: Sequence[str] | None = None,
) -> tuple[Law, Inputs]:
    """The law and every file of a command, with a word on what is being read."""
    from tuodi.cli.inputs import read_inputs, reader_of
    from tuodi.settlement import load_law

    _ = texts(lang)
    reader = reader_of(rules)
    law = load_law(pack, roots_of(packs_dir))
    with working(_("正在读取文件")) as told:
        return law, read_inputs(
            law.packs, files, reader=reader, told=lambda name: told(_("正在读取 {name}").format(name=name))
        )


def leave(inputs: Inputs, set_aside: int, summary: dict[str, Any], out: Path, lang: str, as_json: bool) -> None:
    """Write the rows to be corrected, say what was done, and leave with the exit code that fits."""
    from tuodi.cli.output import quarantine_path

    _ = texts(lang)
    quarantine = inputs.write_quarantine(quarantine_path(out), lang)
    files: list[dict[str, Any]] = [
        {
            "file": reading.file, "table": name, "rows": reading.rows_read, "good": reading.frame.height,
            "quarantined": reading.quarantined, "repeated": reading.dropped, "warnings": reading.warnings.height,
            "unknown_columns": list(reading.unknown_columns),
        }
        for name, reading in inputs.readings
    ]  # fmt: skip
    code = EXIT["done_with_rows_set_aside"] if inputs.set_aside or set_aside else EXIT["done"]
    if as_json:
        print_json({**summary, "out": out, "quarantine": quarantine, "files": files, "exit_code": code})
        raise typer.Exit(code)
    for file in files:
        line = _("{file}：读入 {rows} 行，可用 {good} 行，待更正 {bad} 行").format(
            file=file["file"], rows=file["rows"], good=file["good"], bad=file["quarantined"]
        )
        if file["unknown_columns"]:
            line += _("；不认识的列（未使用）：{names}").format(names=_("、").join(file["unknown_columns"]))
        say(line)
    if quarantine:
        say(_("待更正的行及原因：{path}（改好后可重新送入）").format(path=quarantine))
    say(_("结果：{path}").format(path=out))
    raise typer.Exit(code)


def settle(
    pack: PackRef,
    claims: Claims,
    out: Out,
    identities: Identities = None,
    persons: Persons = None,
    opening: Opening = None,
    window_from: WindowFrom = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--given", help="按结算记录取数的层（如 basic）；可重复 / layers read from the record"),
    ] = None,
    trace: Annotated[bool, typer.Option("--trace", help="附每层的计算过程 / add the steps of every layer")] = False,
    threads: Annotated[int, typer.Option("--threads", min=1, help="线程数 / threads")] = 1,
    read: Read = None,
    packs_dir: PacksDir = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """逐笔结算：每笔费用各层支付多少 / settle every bill: who pays what."""
    from tuodi.cli.output import check_kind, write_result
    from tuodi.settlement import settle as run_settle
    from tuodi.settlement.trace import wide_trace

    word = language(lang)
    _ = texts(word)
    check_kind(out)
    files: dict[str, Sequence[Path]] = {
        "claims": claims, "identities": identities or [], "persons": _one(persons), "opening": _one(opening)
    }  # fmt: skip
    law, inputs = law_and_inputs(pack, packs_dir, files, word, read)
    since = window_from.date() if window_from else None
    with working(_("正在结算")):
        run = run_settle(
            law, inputs.claims, inputs.identities, inputs.persons, inputs.opening,
            window_from=since, given=given or (), trace=trace, threads=threads,
        )  # fmt: skip
    money = [name for name in run.bills.columns if name.startswith(("pay_", "self_"))]
    frame = run.bills.drop("counter_year", "pack")
    if trace:
        frame, more = wide_trace(run, law.layers)
        money += more
    write_result(frame, out, "settlement", money)
    statuses = dict(run.bills["status"].value_counts().sort("status").iter_rows())
    quarantined = statuses.get("quarantined", 0)
    summary = {"pack": [one.id for one in law.packs], "bills": run.bills.height, "status": statuses}
    if not as_json:
        from tuodi.vocabulary import label

        for status, count in statuses.items():
            say(_("{status}：{count} 笔").format(status=label("status", status, word), count=count))
    leave(inputs, quarantined, summary, out, word, as_json)


def resettle(
    pack: PackRef,
    claims: Claims,
    changes: Annotated[Path, typer.Option("--changes", help="变更：增加、冲正、更正、授予或终止身份 / changes")],
    out: Out,
    identities: Identities = None,
    persons: Persons = None,
    opening: Opening = None,
    window_from: WindowFrom = None,
    read: Read = None,
    packs_dir: PacksDir = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """变更后重新结算，列出差额及其原因 / settle the year again after changes and list the differences."""
    from tuodi.cli.output import check_kind, write_result
    from tuodi.settlement import resettle as run_resettle

    word = language(lang)
    _ = texts(word)
    check_kind(out)
    files: dict[str, Sequence[Path]] = {
        "claims": claims, "identities": identities or [], "persons": _one(persons), "opening": _one(opening),
        "changes": [changes],
    }  # fmt: skip
    law, inputs = law_and_inputs(pack, packs_dir, files, word, read)
    since = window_from.date() if window_from else None
    assert inputs.changes is not None
    with working(_("正在重新结算")):
        found = run_resettle(
            law, inputs.claims, inputs.identities, inputs.changes, inputs.persons, inputs.opening, window_from=since
        )
    write_result(found, out, "differences", ("before", "after", "difference"))
    owed = {who: _sum(found, who) for who in ("person", "fund")}
    summary = {"pack": [one.id for one in law.packs], "differences": found.height, **owed}
    if not as_json:
        say(_("差额 {count} 条：应补给个人 {person} 元，应退回基金 {fund} 元").format(count=found.height, **owed))
    leave(inputs, 0, summary, out, word, as_json)


def award(
    pack: PackRef,
    claims: Claims,
    awards: Annotated[Path, typer.Option("--awards", help="依申请救助的申请 / requests for awards")],
    out: Out,
    identities: Identities = None,
    persons: Persons = None,
    opening: Opening = None,
    window_from: WindowFrom = None,
    given: Annotated[
        list[str] | None, typer.Option("--given", help="按结算记录取数的层 / layers read from the record")
    ] = None,
    read: Read = None,
    packs_dir: PacksDir = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """依申请救助（如因病致贫）：按规定时段合并计算 / awards on application."""
    from tuodi.cli.output import check_kind, write_result
    from tuodi.settlement import award as run_award

    word = language(lang)
    _ = texts(word)
    check_kind(out)
    files: dict[str, Sequence[Path]] = {
        "claims": claims, "identities": identities or [], "persons": _one(persons), "opening": _one(opening),
        "awards": [awards],
    }  # fmt: skip
    law, inputs = law_and_inputs(pack, packs_dir, files, word, read)
    since: date | None = window_from.date() if window_from else None
    assert inputs.awards is not None
    with working(_("正在计算")):
        found = run_award(
            law, inputs.claims, inputs.identities, inputs.awards, inputs.persons, inputs.opening,
            window_from=since, given=given or (),
        )  # fmt: skip
    write_result(found, out, "awards", ("left", "other_aid", "base", "amount"))
    statuses = dict(found["status"].value_counts().sort("status").iter_rows())
    summary = {"pack": [one.id for one in law.packs], "requests": found.height, "status": statuses}
    if not as_json:
        say(_("申请 {count} 件，其中可给付 {ok} 件").format(count=found.height, ok=statuses.get("ok", 0)))
    leave(inputs, 0, summary, out, word, as_json)


def _one(path: Path | None) -> list[Path]:
    return [] if path is None else [path]


def _sum(found: Any, who: str) -> str:
    from tuodi.money import yuan

    rows = found.filter(found["owed_to"] == who)
    return yuan(abs(int(rows["difference"].sum() or 0)))

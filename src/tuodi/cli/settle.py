"""``tuodi settle``, ``resettle``, ``award``: tables in, a table out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime
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
    warn,
)
from tuodi.cli.progress import working
from tuodi.errors import UsageError

if TYPE_CHECKING:
    from tuodi.cli.inputs import Inputs
    from tuodi.settlement import Law

__all__ = ["award", "files_of", "known_layers", "law_and_inputs", "resettle", "settle"]

Files = dict[str, Sequence[Path]]


def files_of(**named: Sequence[Path] | Path | None) -> Files:
    """The files of a command by the table that they hold: an option given once, several times or not at all."""
    return {
        name: [] if paths is None else [paths] if isinstance(paths, Path) else paths for name, paths in named.items()
    }


def law_and_inputs(
    pack: str,
    packs_dir: Path | None,
    files: Files,
    lang: str,
    rules: Sequence[str] | None = None,
    *,
    as_of: date | None = None,
) -> tuple[Law, Inputs]:
    """The law and every file of a command, with a word on what is being read."""
    from tuodi.cli.inputs import read_inputs, reader_of
    from tuodi.settlement import load_law

    _ = texts(lang)
    reader = reader_of(rules)
    with working(_("正在读取规则")) as told:
        law = load_law(pack, roots_of(packs_dir))
        inputs = read_inputs(law.packs, files, reader=reader, as_of=as_of, told=told)
    if not files.get("identities") and inputs.claims["identity_at_hospital"].is_not_null().any():
        _warn_without_list(lang)
    return law, inputs


def _warn_without_list(lang: str) -> None:
    """Who looks only at the bill would take the answer for a refusal."""
    _ = texts(lang)
    warn(_("没有给出名册（--identities），一律按没有救助身份计算；单据上写明的救助身份不参与计算。"))


def known_layers(law: Law, given: Sequence[str] | None, lang: str) -> Sequence[str]:
    """The layers named by ``--given``. Raises ``UsageError`` for one that the law does not have."""
    _ = texts(lang)
    for name in given or ():
        if name not in law.layers:
            known = _("、").join(law.layers)
            raise UsageError(_("--given {name}：没有这一层，可用：{known}").format(name=name, known=known))
    return given or ()


def _leave(
    inputs: Inputs, set_aside: int, summary: dict[str, Any], told: Sequence[str], out: Path, quarantine: Path | None,
    lang: str, as_json: bool,
) -> None:  # fmt: skip
    """Say what was read and done, and leave with the exit code that fits."""
    from tuodi.cli.problems import file_lines, file_records, problem_records

    _ = texts(lang)
    code = EXIT["done_with_rows_set_aside"] if inputs.set_aside or set_aside else EXIT["done"]
    if as_json:
        print_json({
            **summary, "out": out, "quarantine": quarantine, "files": file_records(inputs),
            **problem_records(inputs, lang), "exit_code": code,
        })  # fmt: skip
        raise typer.Exit(code)
    for line in (*file_lines(inputs, quarantine, lang), *told, _("结果：{path}").format(path=out)):
        say(line)
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
    threads: Annotated[
        int | None,
        typer.Option("--threads", min=1, help="线程数，默认为处理器数 / threads, by default one a processor"),
    ] = None,
    read: Read = None,
    packs_dir: PacksDir = None,
    engine: Annotated[
        str,
        typer.Option(
            "--engine",
            metavar="local|spark://…",
            help="在何处结算：local 为本机，spark://主机:端口为 Spark 集群（读写 Parquet）/ where to settle",
        ),
    ] = "local",
    partitions: Annotated[
        int | None, typer.Option("--partitions", min=1, help="集群上分成几份 / parts on a cluster")
    ] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """逐笔结算：每笔费用各层支付多少 / settle every bill: who pays what."""
    from tuodi.cli.output import check_out, write_results
    from tuodi.settlement import in_output_order
    from tuodi.settlement import settle as run_settle
    from tuodi.settlement.trace import wide_trace

    word = language(lang)
    _ = texts(word)
    files = files_of(claims=claims, identities=identities, persons=persons, opening=opening)
    if engine != "local":
        from tuodi.cli.cluster import settle_there

        settle_there(
            engine, pack, files, out, packs_dir=packs_dir, window_from=window_from.date() if window_from else None,
            given=given, partitions=partitions, lang=word, as_json=as_json,
            elsewhere={"--trace": trace, "--threads": threads, "--read": read},
        )  # fmt: skip
    if partitions:
        raise UsageError(_("--partitions 只与 --engine spark://… 同用"))
    check_out(out, files)
    threads = threads or os.cpu_count() or 1
    if not trace and not read:
        _settle_by_pieces(pack, packs_dir, files, out, window_from, given, threads, word, as_json)
    law, inputs = law_and_inputs(pack, packs_dir, files, word, read)
    layers = known_layers(law, given, word)
    since = inputs.since(window_from)
    if out.suffix.lower() == ".parquet" and {one.suffix.lower() for one in files["claims"]} == {".parquet"}:
        inputs.claims = in_output_order(inputs.claims)
    with working(_("正在结算")):
        run = run_settle(
            law, inputs.claims, inputs.identities, inputs.persons, inputs.opening,
            window_from=since, given=layers, trace=trace, threads=threads,
        )  # fmt: skip
    money = [name for name in run.bills.columns if name.startswith(("pay_", "self_"))]
    frame = run.bills.drop("counter_year", "pack")
    if trace:
        frame, more = wide_trace(run, law.layers)
        money += more
    quarantine = write_results(frame, out, "settlement", money, inputs, files, word)
    statuses = dict(run.bills["status"].value_counts().sort("status").iter_rows())
    reasons = _reasons(run.bills)
    _leave_settled(law, inputs, run.bills.height, statuses, reasons, out, quarantine, word, as_json)


def _settle_by_pieces(
    pack: str, packs_dir: Path | None, files: Files, out: Path, window_from: datetime | None,
    given: Sequence[str] | None, threads: int, lang: str, as_json: bool,
) -> None:  # fmt: skip
    """Settle a Parquet file without ever holding it whole, and leave; comes back if it must be held whole."""
    from tuodi.cli.output import drafts
    from tuodi.cli.pieces import NeededWholeError, by_pieces, settle_pieces

    person = by_pieces(files, out)
    if person is None:
        return
    law, inputs = law_and_inputs(pack, packs_dir, {**files, "claims": []}, lang)
    layers = known_layers(law, given, lang)
    _ = texts(lang)
    try:
        with drafts(out) as draft, working(_("正在结算")) as told:
            done = settle_pieces(
                law, files["claims"][0], person, inputs, draft.of(out), inputs.since(window_from), layers, threads, told
            )
            inputs.readings.insert(0, ("claims", done.reading))
            quarantine = draft.quarantine(inputs, files, lang)
    except NeededWholeError:
        return
    if done.named_at_hospital and not files.get("identities"):
        _warn_without_list(lang)
    _leave_settled(law, inputs, done.bills, done.statuses, done.reasons, out, quarantine, lang, as_json)


def _leave_settled(
    law: Law, inputs: Inputs, bills: int, statuses: Mapping[str, int], reasons: Mapping[str, Mapping[str, int]],
    out: Path, quarantine: Path | None, lang: str, as_json: bool,
) -> None:  # fmt: skip
    packs = [one.id for one in law.packs]
    summary = {"pack": packs, "bills": bills, "status": statuses, "reasons": reasons}
    told = _status_lines(statuses, reasons, lang)
    _leave(inputs, statuses.get("quarantined", 0), summary, told, out, quarantine, lang, as_json)


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
    from tuodi.cli.output import check_out, write_results
    from tuodi.settlement import resettle as run_resettle

    word = language(lang)
    _ = texts(word)
    files = files_of(claims=claims, identities=identities, persons=persons, opening=opening, changes=changes)
    check_out(out, files)
    law, inputs = law_and_inputs(pack, packs_dir, files, word, read)
    since = inputs.since(window_from)
    assert inputs.changes is not None
    with working(_("正在重新结算")):
        found = run_resettle(
            law, inputs.claims, inputs.identities, inputs.changes, inputs.persons, inputs.opening, window_from=since
        )
    money = ("before", "after", "difference")
    quarantine = write_results(found, out, "differences", money, inputs, files, word)
    owed = {who: _sum(found, who) for who in ("person", "fund")}
    summary = {"pack": [one.id for one in law.packs], "differences": found.height, **owed}
    told = [_("差额 {count} 条：应补给个人 {person} 元，应退回基金 {fund} 元").format(count=found.height, **owed)]
    _leave(inputs, 0, summary, told, out, quarantine, word, as_json)


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
    from tuodi.cli.output import check_out, write_results
    from tuodi.settlement import award as run_award

    word = language(lang)
    _ = texts(word)
    files = files_of(claims=claims, identities=identities, persons=persons, opening=opening, awards=awards)
    check_out(out, files)
    law, inputs = law_and_inputs(pack, packs_dir, files, word, read)
    layers = known_layers(law, given, word)
    since = inputs.since(window_from)
    assert inputs.awards is not None
    with working(_("正在计算")):
        found = run_award(
            law, inputs.claims, inputs.identities, inputs.awards, inputs.persons, inputs.opening,
            window_from=since, given=layers,
        )  # fmt: skip
    money = ("left", "other_aid", "base", "amount")
    quarantine = write_results(found, out, "awards", money, inputs, files, word)
    statuses = dict(found["status"].value_counts().sort("status").iter_rows())
    reasons = _reasons(found)
    summary = {
        "pack": [one.id for one in law.packs], "requests": found.height, "status": statuses, "reasons": reasons
    }  # fmt: skip
    told = [_("申请 {count} 件，其中可给付 {ok} 件").format(count=found.height, ok=statuses.get("ok", 0))]
    told += _reason_lines(reasons.get("undetermined", {}), _("  {why}：{count} 件"), word)
    _leave(inputs, 0, summary, told, out, quarantine, word, as_json)


def _sum(found: Any, who: str) -> str:
    from tuodi.money import yuan

    rows = found.filter(found["owed_to"] == who)
    return yuan(abs(int(rows["difference"].sum() or 0)))


def _reasons(bills: Any) -> dict[str, dict[str, int]]:
    """Status → reason code → how many, for bills and requests that could not be settled."""
    from tuodi.cli.counts import tally

    return tally(bills.group_by("status", "reason").len().iter_rows())[1]


def _status_lines(statuses: Mapping[str, int], reasons: Mapping[str, Mapping[str, int]], lang: str) -> list[str]:
    from tuodi.vocabulary import label

    _ = texts(lang)
    lines = []
    for status, count in statuses.items():
        lines.append(_("{status}：{count} 笔").format(status=label("status", status, lang), count=count))
        lines += _reason_lines(reasons.get(status, {}), _("  {why}：{count} 笔"), lang)
    return lines


def _reason_lines(counts: Mapping[str, int], form: str, lang: str) -> list[str]:
    """Why, and how often; codes of several layers that say the same are one line."""
    from tuodi.settlement.explain import reason_words

    words: dict[str, int] = {}
    for code, number in counts.items():
        said = reason_words(code, lang)
        words[said] = words.get(said, 0) + number
    return [form.format(why=why, count=number) for why, number in words.items()]

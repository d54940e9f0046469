"""``tuodi packs new`` and ``tuodi packs try``: a county writes its rules, and tries them on its own settled persons."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tuodi.cli.common import (
    EXIT,
    AsJson,
    Identities,
    Lang,
    Opening,
    PacksDir,
    Persons,
    Read,
    WindowFrom,
    language,
    print_json,
    roots_of,
    say,
    texts,
)
from tuodi.cli.progress import working
from tuodi.cli.settle import files_of
from tuodi.errors import UsageError

if TYPE_CHECKING:
    from tuodi.authoring.asking import Question
    from tuodi.authoring.interview import Interview
    from tuodi.authoring.plan import County
    from tuodi.authoring.told import TrialView

__all__ = ["new", "try_pack"]

QUARANTINE = "待更正.xlsx"
SHOWN = 20
"""Agreements that are printed; the page has them all."""

BACK, STOP = frozenset({"b", "B", "上一问"}), frozenset({"q", "Q", "退出"})


def new(
    packs_dir: Annotated[
        Path, typer.Option("--packs-dir", help="自己的规则包文件夹，新规则包写在里面 / folder of your own packs")
    ] = Path("my-packs"),
    answers: Annotated[
        Path, typer.Option("--answers", help="回答文件：边答边存，可改，可接着答 / answers: kept as you go, read again")
    ] = Path("tuodi-answers.yaml"),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """按问答写一个规则包：十四个因地而异的问题，不知道的写 ? / write a pack by answering questions."""
    from tuodi.authoring.answers import read_answers, write_answers

    word = language(lang)
    _ = texts(word)
    typed = read_answers(answers)
    gone = _converse(typed, answers, word, alone=as_json)
    if gone.county is None:
        say(_("已存好：{path}。再运行一次同样的命令，从这里接着答。").format(path=answers))
        return
    write_answers(answers, typed, word)
    _finish(gone, packs_dir, answers, word, as_json)


def _converse(typed: dict[str, str], path: Path, lang: str, *, alone: bool) -> Interview:
    """Ask what is open until nothing is, or the person stops. ``typed`` is filled, and kept in the file as it grows.
    ``alone``: nobody is there to be asked."""
    from tuodi.authoring.answers import write_answers
    from tuodi.authoring.interview import walk

    _ = texts(lang)
    gone = walk(typed, lang)
    if gone.open is not None and alone:
        raise _missing(gone.open, gone, path, lang)
    if gone.open is not None:
        say(_("一问一答写规则包。不知道写 ?，回到上一问写 b，存好退出写 q。回答存在 {path}。").format(path=path))
    shown: set[str] = set()
    while gone.open is not None:
        asked = gone.open
        if asked.id in gone.wrong and not sys.stdin.isatty():
            raise _missing(asked, gone, path, lang)
        _show(asked, shown, len(gone.asked), lang)
        shown.add(asked.name)
        said = _hear(asked, gone, path, lang)
        if said in STOP:
            write_answers(path, typed, lang)
            return gone
        if said in BACK:
            if gone.asked:
                last, _answer = gone.asked[-1]
                say(_("  回到上一问；原来的回答是：{typed}").format(typed=typed.pop(last.id) or _("（空）")))
                shown.discard(last.name)
            gone = walk(typed, lang)
            continue
        gone = _took(asked, said, typed, lang)
        write_answers(path, typed, lang)
    return gone


def _missing(asked: Question, gone: Interview, path: Path, lang: str) -> UsageError:
    """A question whose answer is not there or is none, and nobody to ask."""
    _ = texts(lang)
    if asked.id in gone.wrong:
        return UsageError(f"{path.name} {asked.id}: {gone.wrong[asked.id]}")
    return UsageError(_("{path} 里还没有 {key} 的回答（{ask}）").format(path=path, key=asked.id, ask=asked.ask))


def _hear(asked: Question, gone: Interview, path: Path, lang: str) -> str:
    """A line typed. Where nobody types, the open question is named; Ctrl-C saves and leaves."""
    try:
        return input("> ").strip()
    except EOFError:
        say()
        raise _missing(asked, gone, path, lang) from None
    except KeyboardInterrupt:
        say()
        return "q"


def _took(asked: Question, said: str, typed: dict[str, str], lang: str) -> Interview:
    """Keep an answer, or say why it is none."""
    from tuodi.authoring.asking import repeated
    from tuodi.authoring.interview import walk

    _ = texts(lang)
    gone = walk({**typed, asked.id: said}, lang)
    if asked.id in gone.wrong:
        say("  " + gone.wrong[asked.id])
        typed.pop(asked.id, None)
        return walk(typed, lang)
    typed[asked.id] = said
    answer = next(answer for question, answer in gone.asked if question.id == asked.id)
    understood = repeated(asked, answer)
    if understood:
        say(_("  记为：{what}").format(what=understood))
    return gone


def _show(asked: Question, shown: set[str], answered: int, lang: str) -> None:
    """One question: what it means and an example the first time, its choices always."""
    _ = texts(lang)
    place = _("第 {n} 问（共 14 问）").format(n=asked.number) if asked.number else ""
    say()
    say(" ".join(("──", *filter(None, (asked.part, place)), _("（已答 {count} 问）").format(count=answered))))
    say(asked.ask)
    if asked.name not in shown:
        say(f"  {asked.means}")
        if asked.example:
            say("  " + _("例：{example}").format(example=asked.example))
    for number, said in enumerate(asked.options.values(), 1):
        say(f"  {number:>3}  {said}")
    if asked.kind in ("several", "members", "classes"):
        say("  " + _("可以选几项，数字用空格隔开。"))
    if asked.unknown and asked.name not in shown:
        say("  " + _("不知道写 ?：{then}").format(then=asked.unknown))


def _finish(gone: Interview, packs_dir: Path, answers: Path, lang: str, as_json: bool) -> None:
    """Write the pack, say what is open and what comes next."""
    from tuodi.authoring.draft import write_draft
    from tuodi.law import read_pack
    from tuodi.law.show import unknowns

    assert gone.county is not None
    _ = texts(lang)
    county = gone.county
    if (packs_dir / county.pack_id).exists():
        raise UsageError(
            _(
                "{place} 已经有规则包，不会覆盖；请移走它，或在 {answers} 里改地区、施行日期，或换一个 --packs-dir"
            ).format(place=packs_dir / county.pack_id, answers=answers.name)
        )
    draft = write_draft(county, packs_dir)
    open_values = [line.text for line in unknowns(read_pack(str(draft.folder)), lang)]
    if as_json:
        print_json({
            "pack": county.pack_id, "folder": draft.folder, "answers": answers, "unknown": open_values,
            "unsure": _unsure(county), "class_order_stated": draft.order_stated, "unused": list(gone.unused),
            "exit_code": EXIT["done"],
        })  # fmt: skip
        return
    say()
    say(_("规则包写好了，检查没有问题：{folder}").format(folder=draft.folder))
    if draft.order_stated:
        say(_("各类待遇的好坏从数字上不能全部比出来，按你写的先后次序；请核对文件是否这样写。"))
    if open_values:
        say(_("还不知道的数字 {count} 处，用到它们的费用会列为无法判定：").format(count=len(open_values)))
        for line in open_values:
            say(f"  {line}")
    for one in _unsure(county):
        say("  " + _("第 {number} 问（{key}）不清楚：{why}").format(**one))
    if gone.unused:
        say(_("没有用到的回答：{keys}").format(keys=_("、").join(gone.unused)))
    say(_("接下来："))
    for command in _next(county, packs_dir):
        say(f"  {command}")


def _unsure(county: County) -> list[dict[str, Any]]:
    return [{"key": key, "number": number, "why": why} for key, (number, why) in county.unsure.items()]


def _next(county: County, packs_dir: Path) -> list[str]:
    """The commands with which one goes on."""
    folder = shlex.quote(str(packs_dir))
    return [f"tuodi packs {name} --packs-dir {folder}" for name in (
        f"show {county.pack_id}", f"to-xlsx {county.pack_id} --out 政策参数表.xlsx", f"try {county.pack_id} 结算明细.xlsx",
    )]  # fmt: skip


def try_pack(
    pack: Annotated[
        str,
        typer.Argument(metavar="PACK", show_default=False, help="规则包编号、地区或文件夹 / pack id, region or folder"),
    ],
    claims: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", show_default=False, help="十来个人的已结算明细，写有实付金额 / settled bills, as paid"
        ),
    ],
    identities: Identities = None,
    persons: Persons = None,
    opening: Opening = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="写成可打印的页面（文件夹）/ folder for a page to print")
    ] = None,
    window_from: WindowFrom = None,
    read: Read = None,
    packs_dir: PacksDir = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """用已结算的人试规则包：逐人逐层比较，差在哪里、先看哪一条 / try a pack on settled persons."""
    from tuodi.authoring.told import view_of
    from tuodi.authoring.trial import try_pack as run_trial
    from tuodi.authoring.trial_page import write_trial
    from tuodi.cli.inputs import read_inputs, reader_of
    from tuodi.cli.problems import file_lines, file_records, problem_records
    from tuodi.settlement import load_law

    word = language(lang)
    _ = texts(word)
    files = files_of(claims=claims, identities=identities, persons=persons, opening=opening)
    if out is not None:
        _check_place(out, files, word)
    reader = reader_of(read)
    with working(_("正在读取规则")) as told:
        law = load_law(pack, roots_of(packs_dir))
        inputs = read_inputs(law.packs, files, reader=reader, told=told)
        told(_("正在试核"))
        trial = run_trial(
            law, inputs.claims, inputs.identities, inputs.persons, inputs.opening, window_from=inputs.since(window_from)
        )
    view = view_of(trial, word)
    page = quarantine = None
    if out is not None:
        names = [path.name for some in files.values() for path in some]
        page = write_trial(trial, out, lang=word, read=names, set_aside=inputs.set_aside)
        quarantine = inputs.write_quarantine(out / QUARANTINE, word)
    code = EXIT["done_with_rows_set_aside"] if inputs.set_aside else EXIT["done"]
    if as_json:
        print_json({
            **_trial_record(view), "page": page, "quarantine": quarantine, "files": file_records(inputs),
            **problem_records(inputs, word), "exit_code": code,
        })  # fmt: skip
        raise typer.Exit(code)
    for line in (*file_lines(inputs, quarantine, word), *_trial_lines(view, word)):
        say(line)
    if page is not None:
        say(_("页面：{path}").format(path=page))
    raise typer.Exit(code)


def _check_place(out: Path, files: Mapping[str, Sequence[Path]], lang: str) -> None:
    """Raise ``UsageError`` where the page would take the place of anything but an earlier one."""
    from tuodi.authoring.trial_page import page_name
    from tuodi.cli.output import same_file
    from tuodi.i18n import LANGUAGES

    _ = texts(lang)
    if out.exists() and not out.is_dir():
        raise UsageError(_("--out {name}：这是文件，应为文件夹").format(name=out))
    ours = {QUARANTINE, *(page_name(one, first) for one in LANGUAGES for first in LANGUAGES)}
    others = sorted(one.name for one in out.iterdir() if one.name not in ours) if out.is_dir() else []
    if others:
        raise UsageError(
            _("--out {out}：文件夹里有别的文件（{name}），不会替换它：请换一个文件夹").format(out=out, name=others[0])
        )
    for path in (path for some in files.values() for path in some):
        if same_file(path, out / QUARANTINE):
            raise UsageError(
                _("要读的文件 {name} 在报告文件夹 {out} 里，写报告时会被替换：请先移出，或换一个 --out").format(
                    name=path, out=out
                )
            )


def _trial_lines(view: TrialView, lang: str) -> Iterator[str]:
    """What agrees, what differs and why, what cannot be compared."""
    from tuodi.authoring.trial import AGREES, DIFFERS
    from tuodi.report.words import grouped

    _ = texts(lang)
    yield ""
    if view.identities == "bills":
        yield _("没有给名册（--identities），身份取自每笔单据上写的救助对象类型。")
    if view.identities == "none":
        yield _("没有给名册（--identities），单据上也没有写身份：所有人都按没有救助身份计算。")
    if view.left_out:
        yield _("{count} 笔已冲正，或不在规则施行期内，没有比较。").format(count=view.left_out)
    yield _("{persons} 人，全部一致 {agreeing} 人；{cases} 项（一人一层一年）：一致 {agree}，有差异 {differ}，无法比较 {open}").format(
        persons=view.persons, agreeing=view.persons_agreeing, cases=len(view.cases), agree=view.agree,
        differ=view.differ, open=view.open + view.unrecorded,
    )  # fmt: skip
    if view.not_asked:
        yield _("差异太多，其中 {count} 项没有逐一查原因；全县的核对请用 tuodi audit。").format(count=view.not_asked)
    if view.shared:
        yield _("几个人指向同一处，先看这里：")
    for hint, people in view.shared:
        yield "  · " + _("{hint}：能解释 {count} 项（{who}）").format(
            hint=hint.text, count=len(people), who=_("、").join(people)
        )
    agreed = 0
    for case in view.cases:
        amounts = {"recorded": grouped(case.recorded), "by_pack": grouped(case.by_pack)}
        head = f"{case.person}  {case.layer} {case.year}（{case.who}）" if lang == "zh" else (
            f"{case.person}  {case.layer} {case.year} ({case.who})"
        )  # fmt: skip
        if case.state == AGREES:
            agreed += 1
            if agreed == 1:
                yield ""
            if agreed > SHOWN:
                continue
            yield f"  {case.state_word}  {head}  {amounts['by_pack']}"
            continue
        yield ""
        yield f"  {case.state_word}  {head}  " + _("记录 {recorded} 元，按规则 {by_pack} 元").format(**amounts)
        for reason in case.reasons:
            yield f"      {reason}"
        if case.state != DIFFERS:
            continue
        yield "    " + (_("只改这一处，就与记录一分不差：") if case.hints else _("只改一处，没有哪一种能与记录一致。"))
        for hint in case.hints:
            yield f"      · {hint.text}  → {hint.where}"
        for bill in (one for one in case.bills if one.differs):
            yield "    " + _("按规则的算法（{claim}，{what}）：").format(claim=bill.claim_id, what=bill.what)
            for line in bill.lines:
                cite = f"  〔{line.cite}〕" if line.cite and lang == "zh" else f"  [{line.cite}]" if line.cite else ""
                yield f"      {line.text}{cite}"
    if agreed > SHOWN:
        yield "  " + _("…… 另有 {count} 处").format(count=agreed - SHOWN)


def _trial_record(view: TrialView) -> dict[str, Any]:
    from tuodi.money import yuan

    def money(fen: int | None) -> str | None:
        return None if fen is None else yuan(fen)

    cases = [
        {
            "person": case.person, "class": case.who, "layer": case.layer, "year": case.year, "state": case.state,
            "recorded": money(case.recorded), "by_pack": money(case.by_pack), "difference": money(case.difference),
            "reasons": list(case.reasons), "hints": [{"text": one.text, "where": one.where} for one in case.hints],
            "bills": [
                {
                    "claim_id": bill.claim_id, "recorded": money(bill.recorded), "by_pack": money(bill.by_pack),
                    "steps": [{"text": line.text, "cite": line.cite} for line in bill.lines],
                }
                for bill in case.bills
            ],
        }
        for case in view.cases
    ]  # fmt: skip
    return {
        "pack": view.packs, "persons": view.persons, "persons_agreeing": view.persons_agreeing, "agree": view.agree,
        "differ": view.differ, "undetermined": view.open, "unrecorded": view.unrecorded, "left_out": view.left_out,
        "identities": view.identities, "cases": cases,
    }  # fmt: skip

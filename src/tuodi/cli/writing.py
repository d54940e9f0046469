"""``tuodi packs new`` and ``tuodi packs try``: a county writes its rules, and tries them on its own settled persons."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tuodi.cli.common import EXIT, AsJson, Lang, language, print_json, say, texts
from tuodi.errors import UsageError

if TYPE_CHECKING:
    from tuodi.authoring.asking import Question
    from tuodi.authoring.interview import County, Interview

__all__ = ["new"]

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
    gone = _converse(typed, answers, word, talk=not as_json)
    if gone.county is None:
        say(_("已存好：{path}。再运行一次同样的命令，从这里接着答。").format(path=answers))
        return
    write_answers(answers, typed, word)
    _finish(gone, packs_dir, answers, word, as_json)


def _converse(typed: dict[str, str], path: Path, lang: str, *, talk: bool) -> Interview:
    """Ask what is open until nothing is, or the person stops. ``typed`` is filled, and kept in the file as it grows."""
    from tuodi.authoring.answers import write_answers
    from tuodi.authoring.interview import walk

    _ = texts(lang)
    gone = walk(typed, lang)
    if gone.open is not None and talk:
        say(_("一问一答写规则包。不知道写 ?，回到上一问写 b，存好退出写 q。回答存在 {path}。").format(path=path))
    shown = ""
    while gone.open is not None:
        if gone.open.id in gone.wrong and not sys.stdin.isatty():
            raise UsageError(f"{path.name} {gone.open.id}: {gone.wrong[gone.open.id]}")
        _show(gone.open, shown, len(gone.asked), lang, talk=talk)
        shown = gone.open.name
        said = _hear(gone, path, lang)
        if said in STOP:
            write_answers(path, typed, lang)
            return gone
        if said in BACK:
            if gone.asked:
                last, _answer = gone.asked[-1]
                say(_("  回到上一问；原来的回答是：{typed}").format(typed=typed.pop(last.id) or _("（空）")))
                shown = ""
            gone = walk(typed, lang)
            continue
        gone = _took(gone.open, said, typed, lang)
        write_answers(path, typed, lang)
    return gone


def _hear(gone: Interview, path: Path, lang: str) -> str:
    """A line typed. Where nobody types, the open question is named."""
    assert gone.open is not None
    _ = texts(lang)
    try:
        return input("> ").strip()
    except EOFError:
        say()
        raise UsageError(
            _("{path} 里还没有 {key} 的回答（{ask}）").format(path=path, key=gone.open.id, ask=gone.open.ask)
        ) from None


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


def _show(asked: Question, shown: str, answered: int, lang: str, *, talk: bool) -> None:
    """One question: what it means and an example the first time, its choices always."""
    if not talk:
        return
    _ = texts(lang)
    place = _("第 {n} 问").format(n=asked.number) if asked.number else ""
    say()
    say(f"── {asked.part}  {place}  " + _("（已答 {count} 问）").format(count=answered))
    say(asked.ask)
    if asked.name != shown:
        say(f"  {asked.means}")
        if asked.example:
            say("  " + _("例：{example}").format(example=asked.example))
    for number, said in enumerate(asked.options.values(), 1):
        say(f"  {number:>3}  {said}")
    if asked.kind in ("several", "members", "classes"):
        say("  " + _("可以选几项，数字用空格隔开。"))
    if asked.unknown and asked.name != shown:
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

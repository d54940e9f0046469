"""``tuodi packs check``: what is wrong with a pack, where it leaves the national frame, what its own cases say.

Enters: packs by name. Leaves: lines, or one JSON document. Only a pack that is wrong changes the exit code: a place may
leave the frame for its reasons. Imports ``tuodi.law``; ``tuodi.settlement`` for the cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tuodi.cli.common import EXIT, AsJson, Lang, PacksDir, language, print_json, roots_of, say, texts

if TYPE_CHECKING:
    from tuodi.cli.pack_cases import CaseRun
    from tuodi.errors import Problem
    from tuodi.law import Pack
    from tuodi.law.frame_check import Finding, FrameCheck

__all__ = ["check"]


@dataclass(frozen=True)
class _Judged:
    """One pack that is not wrong: the frame, and its cases where they were run."""

    pack: Pack
    frame: FrameCheck
    cases: CaseRun | None


def check(
    refs: Annotated[
        list[str] | None, typer.Argument(metavar="[PACK]…", help="缺省检查全部 / all by default", show_default=False)
    ] = None,
    packs_dir: PacksDir = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """检查规则包：结构、名称、引用、空缺和重复；与国家框架不一致之处；自己的案例 / is the pack sound, within the national
    frame, and do its own cases agree."""
    from tuodi.cli.pack_problems import problem_words
    from tuodi.law import check_pack, find_packs

    word = language(lang)
    _ = texts(word)
    roots = roots_of(packs_dir)
    found: list[tuple[str, list[Problem], list[_Judged]]] = []
    for ref in refs or find_packs(roots):
        problems = check_pack(ref, roots)
        judged = [] if problems else _judge(ref, roots, word, cases=bool(refs))
        found.append((ref, problems, judged))
    code = EXIT["pack_wrong"] if any(problems for _ref, problems, _judged in found) else EXIT["done"]
    if as_json:
        print_json({"packs": [_record(*one) for one in found], "exit_code": code})
        raise typer.Exit(code)
    for ref, problems, judged in found:
        if problems:
            say(_("{pack}：{n} 处问题").format(pack=ref, n=len(problems)))
        elif any(one.cases is not None and one.cases.agree < one.cases.cases for one in judged):
            say(_("{pack}：写法没有问题，但自己的案例有不一致").format(pack=ref))
        else:
            say(_("{pack}：没有问题").format(pack=ref))
        for problem in problems:
            say(f"  {problem_words(problem, word)}")
        for one in judged:
            if len(judged) > 1:
                say(f"  {one.pack.id}")
            for line in _lines(one, word, whole=bool(refs)):
                say(f"  {line}")
    raise typer.Exit(code)


def _judge(ref: str, roots: Sequence[Path] | None, lang: str, *, cases: bool) -> list[_Judged]:
    from tuodi.law import read_versions
    from tuodi.law.frame_check import check_frame

    return [
        _Judged(pack, check_frame(pack, roots, lang), _run(pack, roots, lang) if cases else None)
        for pack in read_versions(ref, roots)
    ]


def _run(pack: Pack, roots: Sequence[Path] | None, lang: str) -> CaseRun:
    """The pack's own cases; the engine is loaded only where there are some."""
    from tuodi.cli.pack_cases import CaseRun, run_cases

    if not pack.layers or not any((Path(pack.folder) / "cases").glob("*.yaml")):
        return CaseRun(0, 0, ())
    from tuodi.settlement import load_law

    return run_cases(pack, load_law(pack.folder, roots), lang)


def _record(ref: str, problems: Sequence[Problem], judged: Sequence[_Judged]) -> dict[str, Any]:
    """``problems`` as ever; ``versions``: for each pack that the name means its frame and its cases."""
    versions = [
        {"pack": one.pack.id, "frame": asdict(one.frame), "cases": None if one.cases is None else asdict(one.cases)}
        for one in judged
    ]
    return {"pack": ref, "problems": [asdict(problem) for problem in problems], "versions": versions}


def _lines(one: _Judged, lang: str, *, whole: bool) -> Iterator[str]:
    """The frame and the cases of one pack; ``whole``: every finding, not only how many."""
    _ = texts(lang)
    frame = one.frame
    if not frame.frame:
        yield _("未与国家框架比较：{why}").format(why=frame.why_not)
    elif not frame.findings:
        yield _("没有与国家框架不一致之处（{frame}）").format(frame=frame.title)
    else:
        yield _("与国家框架不一致之处 {n} 处：{counts}（{frame}；不一致不算错误）").format(
            frame=frame.title, n=len(frame.findings), counts=_counts(frame.findings, lang)
        )
    if whole:
        yield from _findings(frame, lang)
    if one.cases is not None:
        yield from _case_lines(one.cases, lang)


def _severities(lang: str) -> dict[str, str]:
    _ = texts(lang)
    return {
        "below": _("低于框架"),
        "above": _("高于框架"),
        "different": _("形式不同"),
        "cannot_compare": _("不能比较"),
    }


def _counts(findings: Sequence[Finding], lang: str) -> str:
    _ = texts(lang)
    numbers = {word: sum(one.severity == key for one in findings) for key, word in _severities(lang).items()}
    return _("，").join(f"{word} {number}" for word, number in numbers.items() if number)


def _findings(frame: FrameCheck, lang: str) -> Iterator[str]:
    _ = texts(lang)
    words = _severities(lang)
    for finding in sorted(frame.findings, key=lambda one: list(words).index(one.severity)):
        what = _("：").join(part for part in (finding.title, finding.who) if part)
        yield _("  〔{severity}〕{what}").format(severity=words[finding.severity], what=what)
        yield _("      国家：{says}（{source}）").format(says=finding.national, source=finding.national_cite)
        places = _("；").join(part for part in (finding.local_cite, finding.where) if part)
        yield _("      本地：{says}（{source}）").format(says=finding.local, source=places)
        if finding.why:
            yield _("      本地说明：{why}").format(why=finding.why)
    for line in frame.not_compared:
        yield _("  未比较：{what}").format(what=line)
    for name in frame.unknown_departures:
        yield _("  departs 所写的 {name} 不是框架中的一条").format(name=name)


def _case_lines(run: CaseRun, lang: str) -> Iterator[str]:
    _ = texts(lang)
    if not run.cases and not run.differences:
        yield _("没有自己的案例（cases 文件夹）")
    elif not run.differences:
        yield _("自己的案例 {n} 个，全部一致").format(n=run.cases)
    else:
        yield _("自己的案例 {n} 个，一致 {agree} 个，不一致之处：").format(n=run.cases, agree=run.agree)
        for line in run.differences:
            yield f"  {line}"

"""``tuodi import SOURCE FILE`` and ``tuodi watch FOLDER``: departments' files into the platform, without a page.

Enters: options, files. Leaves: a preview on the screen, a committed delivery, exit codes. The platform is imported where
a command runs, so that an analyst's installation lacks nothing.
"""

from __future__ import annotations

import sys
import time
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tuodi.cli.common import EXIT, AsJson, Lang, language, print_json, say, texts, warn
from tuodi.errors import UsageError

if TYPE_CHECKING:
    from tuodi.platform.intake.models import Delivery

__all__ = ["import_file", "watch"]

User = Annotated[str, typer.Option("--as", metavar="USER", help="以谁的岗位导入；缺省为后台接收账号 / on whose grant")]
Region = Annotated[str, typer.Option("--region", help="地区代码，岗位不止一个时 / region of the grant")]


def import_file(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="来源代码，或 auto 自动识别 / source, or auto")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="部门来的文件 / a department's file")],
    user: User = "",
    organisation: Annotated[
        str, typer.Option("--organisation", help="报送单位的名称、代码或类别 / whose list it is")
    ] = "",
    region: Region = "",
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="数据截至，文件没有写时 / day of the data")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问，直接入库 / commit without asking")] = False,
    as_json: AsJson = False,
    lang: Lang = None,
) -> int:
    """把一份文件导入平台：先预览，确认后整体入库 / import a file into the platform: preview, then all or nothing."""
    word = _ready(lang)
    _ = texts(word)
    if not file.is_file():
        raise UsageError(_("文件 {name} 不存在").format(name=file))
    from tuodi.platform.intake import committing
    from tuodi.platform.intake.bringing import bring, grant_for, seen
    from tuodi.platform.intake.receiving import Brought
    from tuodi.platform.intake.store import RefusedFileError

    grant = grant_for(user, region)
    day: date | None = as_of.date() if as_of else None
    try:
        delivery = bring(
            file, Brought(file.name, "command", "" if source == "auto" else source, as_of=day), grant, organisation
        )
    except RefusedFileError as error:
        return _refused(str(error), None, as_json)
    if not as_json:
        _print(delivery, word)
    if delivery.state != "previewed":
        return _ended(delivery, word, as_json)
    why = committing.obstacle(delivery)
    if why:
        return _refused(why, delivery, as_json)
    if not yes and not _agreed(as_json, word):
        if not as_json:
            say(_("没有入库；导入 {number} 停在预览，可在页面上提交或取消。").format(number=delivery.pk))
        return _ended(delivery, word, as_json)
    committing.commit(delivery.pk, grant.pk)
    return _ended(seen(delivery.pk, grant), word, as_json)


def _ready(lang: Any) -> str:
    """Django set up, in the language of the command."""
    from tuodi.platform import run

    word = language(lang)
    run.ready()
    from django.utils import translation

    translation.activate("en" if word == "en" else "zh-hans")
    return word


def _agreed(as_json: bool, word: str) -> bool:
    _ = texts(word)
    if as_json or not sys.stdin.isatty():
        return False
    return typer.confirm(_("提交入库？"))


def _print(delivery: Delivery, word: str) -> None:
    from tuodi.money import yuan
    from tuodi.platform.intake.receiving import template_of
    from tuodi.platform.intake.shown import column_name, source_name, warning_text

    _ = texts(word)
    say(_("导入 {number}：{name}（{state}）").format(
        number=delivery.pk, name=delivery.file_name, state=delivery.state_name
    ))  # fmt: skip
    if not delivery.source:
        for guess in delivery.guesses:
            say(f"  {guess['code']} {guess['score']}% {guess[f'why_{word}']}")
        return
    template = template_of(delivery.source)
    say(_("来源：{source}；报送单位：{office}；数据截至：{day}").format(
        source=source_name(template), office=delivery.organisation.name, day=delivery.as_of or "—"
    ))  # fmt: skip
    if delivery.state != "previewed":
        return
    counts = delivery.counts
    say(_("读到 {rows} 行：可用 {good}，待更正 {quarantined}，完全重复 {dropped}").format(
        **{name: counts.get(name, 0) for name in ("rows", "good", "quarantined", "dropped")}
    ))  # fmt: skip
    if "added" in counts:
        say(_("将新增 {added}，变更 {changed}，动态调出 {left}，没有变化 {unchanged}").format(
            **{name: counts.get(name, 0) for name in ("added", "changed", "left", "unchanged")}
        ))  # fmt: skip
    for line in delivery.totals:
        if line["theirs"] is None:
            continue
        money = line["column"] in template.target.money
        theirs, ours = (
            ("—" if line[name] is None else yuan(line[name]) if money else str(line[name]))
            for name in ("theirs", "ours")
        )
        say(_("合计 {column}：文件所写 {theirs}，逐行相加 {ours}").format(
            column=column_name(template, line["column"]), theirs=theirs, ours=ours
        ))  # fmt: skip
    for warning in delivery.warnings:
        warn(f"! {warning_text(warning)}")


def _ended(delivery: Delivery, word: str, as_json: bool) -> int:
    from tuodi.platform.intake.wording import said

    _ = texts(word)
    if delivery.state in ("refused", "mapping", "received"):
        why = said(delivery.problem) or _("没有认出是哪一种文件；请写明来源")
        if delivery.state == "mapping":
            why += _("；请在页面上对应列（导入 {number}）").format(number=delivery.pk)
        return _refused(why, delivery, as_json)
    aside = delivery.state == "committed" and bool(delivery.counts.get("quarantined"))
    code = EXIT["done_with_rows_set_aside"] if aside else EXIT["done"]
    if as_json:
        _print_json(delivery, code)
    elif delivery.state == "committed":
        say(_("已整体入库。"))
        if aside:
            say(_("有 {count} 行待更正，可在页面上下载。").format(count=delivery.counts["quarantined"]))
    elif delivery.state == "unchanged":
        say(_("同一文件已作为导入 {number} 入库，没有改动任何数据。").format(number=delivery.same_as_id))
    return code


def _print_json(delivery: Delivery | None, code: int, problem: str = "") -> None:
    made: dict[str, Any] = {"exit_code": code}
    if delivery is not None:
        made |= {
            "delivery": delivery.pk, "source": delivery.source, "state": delivery.state, "as_of": delivery.as_of,
            "counts": delivery.counts, "totals": delivery.totals, "warnings": delivery.warnings,
            "same_as": delivery.same_as_id,
        }  # fmt: skip
    if problem:
        made["error"] = problem
    print_json(made)


def _refused(why: str, delivery: Delivery | None, as_json: bool) -> int:
    if as_json:
        _print_json(delivery, EXIT["input_refused"], why)
    else:
        warn(why)
    return EXIT["input_refused"]


def watch(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="监视的文件夹 / the folder")],
    user: User = "",
    region: Region = "",
    every: Annotated[int, typer.Option("--every", min=1, help="隔几秒看一次 / seconds between looks")] = 10,
    once: Annotated[bool, typer.Option("--once", help="处理完现有文件就结束 / take what is there, then end")] = False,
    lang: Lang = None,
) -> int:
    """监视文件夹：子文件夹以来源代码命名，文件到了自动导入 / watch a folder: one sub-folder a source."""
    word = _ready(lang)
    _ = texts(word)
    from tuodi.platform.intake.bringing import grant_for
    from tuodi.platform.intake.watching import Watch

    seen = Watch(folder, grant_for(user, region))
    seen.prepare()
    say(_("正在监视 {folder}，按 Ctrl-C 结束").format(folder=folder))
    looks = 0
    refused = False
    while True:
        for taken in seen.look():
            refused = refused or taken.outcome != "done"
            say(_("{file}：{outcome}").format(file=taken.path.name, outcome=_outcome(taken.outcome, word)))
        looks += 1
        if once and looks > 1:
            return EXIT["done_with_rows_set_aside"] if refused else EXIT["done"]
        time.sleep(1 if once else every)


def _outcome(outcome: str, word: str) -> str:
    _ = texts(word)
    return {"done": _("已入库"), "refused": _("未接收"), "waiting": _("等候处理")}[outcome]

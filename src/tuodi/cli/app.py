"""The application: commands put together, errors turned into messages and exit codes."""

from __future__ import annotations

import os
import traceback

import typer

from tuodi.cli import audit, bureau, importing, packs, settle, single, synth
from tuodi.cli.common import EXIT, Lang, choose_language, language, print_json, say, texts, warn
from tuodi.cli.help import Application

__all__ = ["app", "run"]

app = Application(
    name="tuodi",
    help="托底：按规则逐笔结算、核对、说明医疗救助 / settle, audit and explain medical assistance, to the fen.",
    pretty_exceptions_enable=False,
    add_completion=False,
    epilog="退出码 / exit codes：0 完成 done；1 程序或机器出错 fault；2 用法不对 usage；3 完成，但有行待更正 done, rows to "
    "correct；4 文件被拒，未写任何结果 file refused；5 规则包有错 pack wrong；130 被中断 interrupted。",
)
app.command("settle")(settle.settle)
app.command("resettle")(settle.resettle)
app.command("award")(settle.award)
app.command("explain")(single.explain)
app.command("estimate")(single.estimate)
app.command("audit")(audit.audit)
app.command("synth")(synth.synth)
app.command("import")(importing.import_file)
app.command("watch")(importing.watch)
app.add_typer(packs.app, name="packs")
app.add_typer(bureau.app, name="platform")


@app.callback()
def _options(lang: Lang = None) -> None:
    """Chosen before the options are parsed: see :func:`tuodi.cli.common.choose_language`."""


def run(arguments: list[str]) -> int:
    """Run one command; returns its exit code. No exception leaves it, and no trace of one unless ``TUODI_DEBUG`` is
    set."""
    choose_language(arguments)
    try:
        code = app(arguments, prog_name="tuodi", standalone_mode=False)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else EXIT["done"]
    except (KeyboardInterrupt, typer.Abort):
        code = EXIT["interrupted"]
    except Exception as error:
        return _fail(error, as_json="--json" in arguments)
    if code == EXIT["interrupted"]:
        _ = texts(language())
        warn(_("已中断，没有写出任何结果。"))
    return code if isinstance(code, int) else EXIT["done"]


def _fail(error: Exception, *, as_json: bool) -> int:
    from tuodi.cli.mistakes import mistake_of

    if type(error).__name__ == "NoArgsIsHelpError":  # the help was asked for by saying nothing
        if str(error).strip():
            say(str(error))
        return EXIT["usage"]
    if os.environ.get("TUODI_DEBUG"):
        traceback.print_exception(error)
    found = mistake_of(error, language())
    for line in found.lines:
        warn(line)
    if as_json:
        print_json({
            "error": " ".join(found.lines),
            "problems": [vars(problem) for problem in found.problems],
            "exit_code": found.code,
        })  # fmt: skip
    return found.code

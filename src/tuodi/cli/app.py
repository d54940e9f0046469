"""The application: commands put together, errors turned into messages and exit codes."""

from __future__ import annotations

import typer

from tuodi.cli import audit, packs, settle, single, synth
from tuodi.cli.common import EXIT, Lang, Language, language, set_language, texts, warn

__all__ = ["app", "run"]

app = typer.Typer(
    name="tuodi",
    help="托底：按规则逐笔结算、核对、说明医疗救助 / settle, audit and explain medical assistance, to the fen.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    epilog="退出码：0 完成；2 用法不对；3 完成，但有行待更正；4 文件被拒，未写任何结果；5 规则包有错。",
)
app.command("settle")(settle.settle)
app.command("resettle")(settle.resettle)
app.command("award")(settle.award)
app.command("explain")(single.explain)
app.command("estimate")(single.estimate)
app.command("audit")(audit.audit)
app.command("synth")(synth.synth)
app.add_typer(packs.app, name="packs")


@app.callback()
def _options(lang: Lang = None) -> None:
    set_language(lang or Language.zh)


def run(arguments: list[str]) -> int:
    """Run one command; returns its exit code."""
    from tuodi.errors import FileError, PackError, TableError, TuodiError

    try:
        app(arguments, prog_name="tuodi")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else EXIT["done"]
    except TuodiError as error:
        lang = language(None)
        _ = texts(lang)
        if isinstance(error, FileError):
            from tuodi.exchange import describe_error

            warn(_("文件不能使用：{what}").format(what=describe_error(error, lang)))
            warn(_("没有写出任何结果。"))
            return EXIT["input_refused"]
        if isinstance(error, TableError):
            warn(_("数据不能使用：{what}").format(what=error))
            warn(_("没有写出任何结果。"))
            return EXIT["input_refused"]
        if isinstance(error, PackError):
            for problem in error.problems:
                warn(str(problem))
            warn(_("规则包有 {count} 处问题，没有写出任何结果。").format(count=len(error.problems)))
            return EXIT["pack_wrong"]
        warn(_("用法不对：{what}").format(what=error))
        return EXIT["usage"]
    return EXIT["done"]

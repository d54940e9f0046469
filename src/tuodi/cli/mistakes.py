"""What went wrong, in the words of the person's language, with the exit code that fits.

Enters: an exception. Leaves: :class:`Mistake`. Imports ``tuodi.errors`` and Typer; ``tuodi.exchange`` for the words of
a refused file only.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import typer

from tuodi.cli.common import EXIT, texts
from tuodi.errors import FileError, PackError, Problem, TableError, TuodiError, nearest

__all__ = ["Mistake", "mistake_of"]

_QUOTED = re.compile(r"'([^']*)'")


@dataclass(frozen=True)
class Mistake:
    """An exit code, what to say line by line, and the problems of a pack."""

    code: int
    lines: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


def mistake_of(error: BaseException, lang: str) -> Mistake:
    """Say what ``error`` means to the person who made the call."""
    _ = texts(lang)
    nothing = _("没有写出任何结果。")
    if isinstance(error, typer.TyperException):
        return Mistake(EXIT["usage"], (_("用法不对：{what}").format(what=_typed(error, lang)), *_help(error, lang)))
    if isinstance(error, FileError):
        from tuodi.exchange import describe_error

        return Mistake(
            EXIT["input_refused"], (_("文件不能使用：{what}").format(what=describe_error(error, lang)), nothing)
        )
    if isinstance(error, TableError):
        return Mistake(EXIT["input_refused"], (_("数据不能使用：{what}").format(what=error), nothing))
    if isinstance(error, PackError):
        if all(problem.line == 0 for problem in error.problems):
            # Nothing is wrong in a file: there is no such pack, or two do not fit together.
            return Mistake(EXIT["pack_wrong"], (*_problems(error, lang), nothing), error.problems)
        count = _("规则包有 {count} 处问题，没有写出任何结果。").format(count=len(error.problems))
        return Mistake(EXIT["pack_wrong"], (*_problems(error, lang), count), error.problems)
    if isinstance(error, TuodiError):
        return Mistake(EXIT["usage"], (_("用法不对：{what}").format(what=error),))
    if isinstance(error, OSError):
        return Mistake(EXIT["internal"], (_os_error(error, lang), nothing))
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    return Mistake(
        EXIT["internal"],
        (
            _("程序出错，没有写出任何结果：{what}").format(what=what),
            _("请报告此错误；设环境变量 TUODI_DEBUG=1 再运行一次可得到细节。"),
        ),
    )


def _problems(error: PackError, lang: str) -> list[str]:
    from tuodi.cli.pack_problems import problem_words

    return [problem_words(problem, lang) for problem in error.problems]


def _os_error(error: OSError, lang: str) -> str:
    _ = texts(lang)
    name = str(error.filename or "")
    words = {
        errno.EACCES: _("没有权限，或文件正被其他程序打开"),
        errno.EPERM: _("没有权限，或文件正被其他程序打开"),
        errno.ENOSPC: _("磁盘已满"),
        errno.EFBIG: _("文件过大"),
        errno.EROFS: _("磁盘只读"),
        errno.ENOENT: _("文件或文件夹不存在"),
    }
    why = words.get(error.errno or 0) or error.strerror or type(error).__name__
    return _("不能读写 {name}：{why}").format(name=name, why=why)


def _help(error: typer.TyperException, lang: str) -> tuple[str, ...]:
    _ = texts(lang)
    context = getattr(error, "ctx", None)
    return () if context is None else (_("用 {command} --help 查看用法。").format(command=context.command_path),)


def _typed(error: typer.TyperException, lang: str) -> str:
    """A mistake in the options themselves. Typer's own sentence where its kind is not known."""
    _ = texts(lang)
    context: Any = getattr(error, "ctx", None)
    name = getattr(error, "option_name", "")
    option = _option(error)
    found = _QUOTED.search(error.message or "")
    if hasattr(error, "param_type") and option:
        return _("缺少 {option}").format(option=option)
    if hasattr(error, "possibilities"):
        close = nearest(name, _options_of(context)) if context is not None else ""
        return _("没有 {option} 这个选项").format(option=name) + _did_you_mean(close, lang)
    if name:
        return _("{option} 后面要有一个值").format(option=name)
    if option:
        return _bad_value(error.message, option, found[1] if found else "", lang)
    if error.message.startswith("No such command") and found and context is not None:
        close = nearest(found[1], list(context.command.commands))
        return _("没有 {command} 这个命令").format(command=found[1]) + _did_you_mean(close, lang)
    if error.message.startswith("Missing command"):
        return _("缺少命令")
    extra = re.search(r"extra argument\(s\) \((.*)\)", error.message)
    if extra:
        return _("多出来的内容：{what}").format(what=extra[1])
    return error.format_message()


def _bad_value(message: str, option: str, value: str, lang: str) -> str:
    _ = texts(lang)
    if "%Y-%m-%d" in message:
        return _("{option} 的值 {value} 不是日期，应写成 2024-03-05 这样").format(option=option, value=value)
    if "is not one of" in message:
        known = _("、").join(_QUOTED.findall(message)[1:])
        return _("{option} 的值 {value} 不认识，可用：{known}").format(option=option, value=value, known=known)
    if "valid integer" in message:
        return _("{option} 应是整数").format(option=option)
    least = re.search(r"(?:greater than or equal to|>=) ?(\d+)", message)
    if least:
        return _("{option} 不能小于 {least}").format(option=option, least=least[1])
    return f"{option}: {message}"


def _option(error: typer.TyperException) -> str:
    param = getattr(error, "param", None)
    if param is None:
        return ""
    names: Sequence[str] = getattr(param, "opts", ())
    longest = max(names, key=len, default="")
    return longest if longest.startswith("--") else str(getattr(param, "metavar", None) or param.name or "").upper()


def _options_of(context: Any) -> list[str]:
    return [name for param in context.command.params for name in getattr(param, "opts", ()) if name.startswith("--")]


def _did_you_mean(hint: str, lang: str) -> str:
    _ = texts(lang)
    found = _QUOTED.search(hint)
    return _("；是不是 {name}？").format(name=found[1]) if found else ""

"""``tuodi synth``: an invented county's files, with planted truth."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from tuodi.cli.common import EXIT, AsJson, Lang, language, print_json, say, texts
from tuodi.cli.progress import working
from tuodi.errors import UsageError

__all__ = ["synth"]


def synth(
    out: Annotated[Path, typer.Option("--out", help="写到哪个文件夹 / folder to write into")],
    seed: Annotated[int, typer.Option("--seed", help="种子：同样的种子，同样的文件 / same seed, same bytes")] = 1,
    scale: Annotated[
        str,
        typer.Option(
            "--scale",
            help="规模：demo 约五千人；county 各部门的全部文件，四十万人 / demo: about 5,000 persons; county: every department's "
            "files, 400,000 persons",
        ),
    ] = "demo",
    persons: Annotated[
        int | None, typer.Option("--persons", min=50, help="人数，不按规模 / number of persons instead of a scale")
    ] = None,
    months: Annotated[
        int,
        typer.Option(
            "--months",
            min=1,
            max=12,
            help="county：写几个月的月度名册，至少两期 / county: months of the monthly lists, two periods at least",
        ),
    ] = 1,
    place: Annotated[str, typer.Option("--place", help="按哪里的规定：suqian、beijing / under whose law")] = "suqian",
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """虚构一个县：难看的表格和埋好的真相 / invent a county: ugly files and the truth behind them."""
    word = language(lang)
    _ = texts(word)
    _check(out, scale, place, word)
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        with working(_("正在虚构一个县")) as told:
            files, counts = _made(draft, seed, place, scale, persons, months, told.of)
        files = {name: out / path.relative_to(draft) for name, path in files.items()}
        _put(draft, out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    if as_json:
        print_json({"out": out, "files": files, "counts": counts, "exit_code": EXIT["done"]})
        return
    words = {
        "claims": _("医疗救助结算明细"), "flags": _("身份标识明细"), "roster": _("民政当月发放名册"),
        "totals": _("平台月报"), "manual": _("零星报销支付明细"), "truth": _("埋好的真相"),
        "sources": _("来源清单"), "regions": _("区划"), "organisations": _("组织机构"),
        "calibration": _("与公开数字的对照"), "notice": _("说明"),
    }  # fmt: skip
    for name, path in files.items():
        say(_("{what}：{path}").format(what=words.get(name, name), path=path))
    say(_("全部人员、机构和金额均为虚构。"))


def _made(
    draft: Path,
    seed: int,
    place: str,
    scale: str,
    persons: int | None,
    months: int,
    progress: Callable[[int, int], None],
) -> tuple[dict[str, Path], dict[str, int]]:
    """Write the files; give what to name on the screen, and how much there is of what."""
    if scale != "county":
        from tuodi.synth import write_demo

        made = write_demo(draft, seed=seed, place=place, scale=scale, persons=persons, progress=progress)
        return dict(made.files), dict(made.counts)
    from tuodi.synth.whole import FULL, write_county

    whole = write_county(draft, seed=seed, persons=persons or FULL, months=months, progress=progress)
    return {**whole.about, "truth": whole.truth}, dict(whole.counts)


def _check(out: Path, scale: str, place: str, lang: str) -> None:
    from tuodi.synth.county import PLACES
    from tuodi.synth.demo import SCALES

    _ = texts(lang)
    places = ("suqian",) if scale == "county" else tuple(PLACES)
    for option, value, known in (("--scale", scale, (*SCALES, "county")), ("--place", place, places)):
        if value not in known:
            raise UsageError(
                _("{option} 的值 {value} 不认识，可用：{known}").format(
                    option=option, value=value, known=_("、").join(known)
                )
            )
    if out.exists() and not out.is_dir():
        raise UsageError(_("--out {name}：这是文件，应为文件夹").format(name=out))


def _put(draft: Path, out: Path) -> None:
    """Move the files to their place; what else lies there stays."""
    if not out.exists():
        draft.chmod(0o755)
        draft.replace(out)
        return
    for path in sorted(draft.iterdir()):
        target = out / path.name
        if target.is_dir():
            shutil.rmtree(target)
        path.replace(target)

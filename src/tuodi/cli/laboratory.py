"""``tuodi packs diff`` and ``tuodi packs cliff``: two laws side by side, and the steps that one law makes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
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
    warn,
)
from tuodi.cli.folder import QUARANTINE, check_folder, write_folder
from tuodi.cli.progress import working
from tuodi.errors import UsageError

if TYPE_CHECKING:
    from tuodi.cli.inputs import Inputs
    from tuodi.cli.single import Codes
    from tuodi.law.model import Pack
    from tuodi.twin import Cliff, Effect

__all__ = ["cliff", "diff"]

BILL = "total=60000,in_scope=50000,setting=inpatient,level=tertiary"
CODES = {
    "setting": "inpatient", "provider_level": "secondary", "scheme": "resident", "person_type": "adult",
    "purpose": "illness", "place": "local", "authorisation": "none_needed",
}  # fmt: skip
"""What a bill is taken to be where it does not say; ``tuodi estimate`` takes the same."""
NAMES = {"level": "provider_level", "kind": "assistance_kind"}

Folder = Annotated[
    Path | None, typer.Option("--out", help="网页写到哪个文件夹；缺省只在屏幕上显示 / folder for the page")
]


def diff(
    before: Annotated[str, typer.Argument(metavar="BEFORE", show_default=False, help="规则包：前 / the first pack")],
    after: Annotated[str, typer.Argument(metavar="AFTER", show_default=False, help="规则包：后 / the second pack")],
    claims: Annotated[
        list[Path] | None,
        typer.Option("--claims", help="结算明细；给出后比较谁受益、谁受损；可重复 / settlement records"),
    ] = None,
    identities: Identities = None,
    persons: Persons = None,
    opening: Opening = None,
    window_from: WindowFrom = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--given", help="两边都按结算记录取数的层；可重复 / layers read from the record on both sides"),
    ] = None,
    read: Read = None,
    out: Folder = None,
    packs_dir: PacksDir = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """两套规则有什么不同；同一批账单谁受益、谁受损、花多少钱 / two packs compared; who gains and who loses on the same bills."""
    from tuodi.cli.settle import files_of
    from tuodi.law import read_pack
    from tuodi.law.compare import compare
    from tuodi.report.laboratory import FILES, write_change
    from tuodi.twin.lines import change_lines, effect_lines
    from tuodi.twin.records import effect_record

    word = language(lang)
    _ = texts(word)
    files = files_of(claims=claims, identities=identities, persons=persons, opening=opening)
    if not claims and any(files.values()):
        raise UsageError(_("给出了名册等文件，却没有 --claims：没有账单就比不出谁受益"))
    if out is not None:
        check_folder(out, lambda path: path.name in (*FILES, QUARANTINE), files, word)
    packs = tuple(read_pack(ref, roots_of(packs_dir)) for ref in (before, after))
    effect, inputs = None, None
    if claims:
        effect, inputs = _effect(packs, files, read, window_from, given, word)
    changes = compare(packs[0], packs[1], word)
    if out is not None:
        aside = inputs if inputs is not None and inputs.set_aside else None

        def write(folder: Path) -> None:
            write_change(folder, packs[0], packs[1], effect, lang=word)
            if aside is not None:
                aside.write_quarantine(folder / QUARANTINE, word)

        with working(_("正在写报告")):
            write_folder(out, write)
    code = EXIT["done_with_rows_set_aside"] if inputs is not None and inputs.set_aside else EXIT["done"]
    page = None if out is None else out / "index.html"
    if as_json:
        print_json({
            "before": packs[0].id, "after": packs[1].id, "changes": [asdict(one) for one in changes],
            "effect": None if effect is None else effect_record(effect), "page": page, **_files(inputs, word),
            "exit_code": code,
        })  # fmt: skip
        raise typer.Exit(code)
    for line in _told(inputs, out, word):
        say(line)
    for line in (*change_lines(changes, word), *(effect_lines(effect, word) if effect is not None else ())):
        say(line)
    if page is not None:
        say(_("网页：{path}").format(path=page))
    raise typer.Exit(code)


def _effect(
    packs: tuple[Pack, ...], files: Any, read: list[str] | None, window_from: datetime | None, given: list[str] | None,
    lang: str,
) -> tuple[Effect, Inputs]:  # fmt: skip
    from tuodi.cli.inputs import read_inputs, reader_of
    from tuodi.twin import compare_laws

    _ = texts(lang)
    layers = list(dict.fromkeys(layer.id for pack in packs for layer in pack.layers))
    for name in given or ():
        if name not in layers:
            raise UsageError(
                _("--given {name}：没有这一层，可用：{known}").format(name=name, known=_("、").join(layers))
            )
    reader = reader_of(read)
    with working(_("正在读取规则")) as told:
        inputs = read_inputs(packs, files, reader=reader, told=told)
    if not files["identities"] and inputs.claims["identity_at_hospital"].is_not_null().any():
        warn(_("没有给出名册（--identities），一律按没有救助身份计算；单据上写明的救助身份不参与计算。"))
    with working(_("正在结算")):
        effect = compare_laws(
            packs[0], packs[1], inputs.claims, inputs.identities, inputs.persons, inputs.opening,
            window_from=inputs.since(window_from), given=given or (),
        )  # fmt: skip
    return effect, inputs


def _files(inputs: Inputs | None, lang: str) -> dict[str, Any]:
    from tuodi.cli.problems import file_records, problem_records

    return {} if inputs is None else {"files": file_records(inputs), **problem_records(inputs, lang)}


def _told(inputs: Inputs | None, out: Path | None, lang: str) -> list[str]:
    from tuodi.cli.problems import file_lines

    if inputs is None:
        return []
    return list(file_lines(inputs, out / QUARANTINE if out is not None and inputs.set_aside else None, lang))


def cliff(
    pack: Annotated[str, typer.Argument(metavar="PACK", show_default=False, help="规则包编号 / pack id")],
    bill: Annotated[
        list[str],
        typer.Option("--bill", metavar="FACTS", help=f"一笔费用，如 {BILL}；可重复 / one bill of the year"),
    ],
    household: Annotated[int, typer.Option("--household", min=1, help="家庭人数 / persons in the household")] = 3,
    line: Annotated[
        list[str] | None,
        typer.Option("--line", help="假定的收入线（人均月收入，元），如 dibao=700；可重复 / a line that you suppose"),
    ] = None,
    upto: Annotated[
        str | None, typer.Option("--to", help="画到全年家庭收入多少元 / yearly household income at the end, yuan")
    ] = None,
    limit: Annotated[
        str | None, typer.Option("--limit", help="台阶的上限（元），超过的标出 / steps above this are marked, yuan")
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help="费用日期；缺省为收入线都已施行的第一天 / day of the bill"),
    ] = None,
    out: Folder = None,
    packs_dir: PacksDir = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """悬崖：一笔费用的个人负担随家庭收入怎样变，每个台阶注明条文 / what a household pays at every income, each step with its article."""
    from tuodi.cli.single import Codes
    from tuodi.law import read_pack
    from tuodi.law.words import title_words
    from tuodi.report.laboratory import FILES, write_cliff
    from tuodi.twin import as_if_in_force, default_day
    from tuodi.twin.lines import cliff_lines
    from tuodi.twin.records import cliff_record

    word = language(lang)
    _ = texts(word)
    if out is not None:
        check_folder(out, lambda path: path.name in FILES, {}, word)
    with working(_("正在读取规则")):
        law = read_pack(pack, roots_of(packs_dir))
        codes = Codes(as_if_in_force(law), word)
        day = on.date() if on else default_day(law)
        bills = [_bill(text, codes, word) for text in bill]
        lines = _lines(line, codes, word)
        made = _cliff(
            law, bills, day, household, lines, _amount(upto, "--to", word), _amount(limit, "--limit", word), word
        )
    page = None
    if out is not None:
        write_folder(out, lambda folder: write_cliff(folder, made, lang=word))
        page = out / "index.html"
    if as_json:
        print_json({**cliff_record(made, word), "page": page, "exit_code": EXIT["done"]})
        return
    say(f"{title_words(law.title, word, law.id)}  [{law.id}]")
    for text in cliff_lines(made, word):
        say(text)
    if page is not None:
        say(_("网页：{path}").format(path=page))


def _cliff(
    law: Pack, bills: list[dict[str, Any]], day: date, household: int, lines: dict[str, int], upto: int | None,
    limit: int | None, lang: str,
) -> Cliff:  # fmt: skip
    from tuodi.law.income import last_admitted, lines_on
    from tuodi.twin import cliff_of

    _ = texts(lang)
    if day < law.in_force_from or (law.in_force_to is not None and day > law.in_force_to):
        until = law.in_force_to or _("至今")
        raise UsageError(
            _("--on {day}：{pack} 施行于 {since} — {until}").format(
                day=day, pack=law.id, since=law.in_force_from, until=until
            )
        )
    if not lines and all(last_admitted(law, item, day) is None for item in lines_on(law, day)):
        raise UsageError(
            _("{pack} 没有写明 {day} 的收入线，请用 --line 假定，如 --line dibao=700").format(pack=law.id, day=day)
        )
    from tuodi.twin.cliff import MONTHS

    end = None if upto is None else upto // (MONTHS * household)
    return cliff_of(law, bills, day, household=household, assumed=lines, upto=end, limit=limit)


def _amount(text: str | None, option: str, lang: str) -> int | None:
    from tuodi.cli.single import fen_of

    if text is None:
        return None
    amount = fen_of(text, option, lang)
    if amount <= 0:
        raise UsageError(texts(lang)("{option} 应大于 0").format(option=option))
    return amount


def _lines(items: list[str] | None, codes: Codes, lang: str) -> dict[str, int]:
    _ = texts(lang)
    found: dict[str, int] = {}
    for item in items or []:
        name, equals, amount = (part.strip() for part in item.partition("="))
        if not equals:
            raise UsageError(
                _("{option} {item}：应写成 名称=金额，如 {example}").format(
                    option="--line", item=item, example="dibao=700"
                )
            )
        fen = _amount(amount, f"--line {name}", lang)
        assert fen is not None
        found[codes.find("identity", name, "--line")] = fen
    return found


def _bill(text: str, codes: Codes, lang: str) -> dict[str, Any]:
    """``total=…,in_scope=…,setting=…`` as columns of a claim. What the parts leave of the total is outside the
    catalogue."""
    from tuodi.cli.single import fen_of
    from tuodi.tables import CLAIMS, PARTS
    from tuodi.vocabulary import aliases

    _ = texts(lang)
    columns = {word: name for name, words in aliases("claims").items() for word in (name, *words)} | NAMES
    allowed = (*CODES, *PARTS, "total", "diagnosis", "assistance_kind", "stay_ordinal", "provider_traits")
    facts: dict[str, Any] = dict(CODES)
    for item in filter(None, (part.strip() for part in text.replace("，", ",").split(","))):
        name, equals, value = (part.strip() for part in item.partition("="))
        column = columns.get(name, "")
        paid = column.startswith("paid_")
        if not equals or not (column in allowed or paid):
            known = _("、").join(("level", *(one for one in allowed if one != "provider_level"), "paid_basic …"))
            raise UsageError(_("--bill {item}：应写成 名称=值，名称可用：{known}").format(item=item, known=known))
        if column in CODES:
            facts[column] = codes.find(column, value, f"--bill {name}")
        elif column in CLAIMS.money:
            facts[column] = fen_of(value, f"--bill {name}", lang)
            if facts[column] < 0:
                raise UsageError(_("{option} 不能小于 0").format(option=f"--bill {name}"))
        elif column == "stay_ordinal":
            if not value.isdecimal() or int(value) < 1:
                raise UsageError(_("{option} 应是整数").format(option=f"--bill {name}"))
            facts[column] = int(value)
        else:
            facts[column] = value
    _whole(facts, lang)
    return facts


def _whole(facts: dict[str, Any], lang: str) -> None:
    """The parts add up to the total; one that is not named is what the others leave."""
    from tuodi.tables import PARTS

    _ = texts(lang)
    total = facts.pop("total", None)
    if total is not None and "in_scope" not in facts:
        raise UsageError(_("--bill：只有总额（total）不够，请同时写政策范围内费用 in_scope；没有的写 in_scope=0"))
    named = sum(facts.get(part) or 0 for part in PARTS)
    if total is not None and "out_of_catalogue" not in facts:
        facts["out_of_catalogue"], named = total - named, total if total >= named else named
    if (total is not None and named != total) or facts.get("out_of_catalogue", 0) < 0:
        raise UsageError(_("--bill：各部分费用之和与总额不等"))
    if not named:
        raise UsageError(_("各部分费用都是 0，没有可试算的"))

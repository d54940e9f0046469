"""``tuodi explain`` and ``tuodi estimate``: one bill, in words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tuodi.cli.common import (
    EXIT,
    AsJson,
    Claims,
    Identities,
    Lang,
    Opening,
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
)
from tuodi.cli.progress import working
from tuodi.cli.settle import files_of, known_layers, law_and_inputs
from tuodi.errors import UsageError

if TYPE_CHECKING:
    from tuodi.cli.inputs import Inputs
    from tuodi.law.model import Pack
    from tuodi.settlement import Explanation, Law

__all__ = ["Codes", "estimate", "explain", "fen_of"]

FOR_REFERENCE = "待遇试算（仅供参考，以经办机构结算为准）"


def explain(
    pack: PackRef,
    claims: Claims,
    claim: Annotated[str, typer.Option("--claim", help="单据编号 / claim id")],
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
    """一笔费用的计算过程，每一步注明依据 / one bill step by step, each with its article."""
    from tuodi.settlement import explain as run_explain

    word = language(lang)
    _ = texts(word)
    files = files_of(claims=claims, identities=identities, persons=persons, opening=opening)
    law, inputs = law_and_inputs(pack, packs_dir, files, word, read)
    layers = known_layers(law, given, word)
    _check_claim(claim, inputs, word)
    with working(_("正在计算")):
        found = run_explain(
            law, inputs.claims, inputs.identities, claim, inputs.persons, inputs.opening,
            window_from=inputs.since(window_from), given=layers,
        )  # fmt: skip
    code = EXIT["done_with_rows_set_aside"] if inputs.set_aside else EXIT["done"]
    if as_json:
        from tuodi.cli.problems import file_records, problem_records

        print_json({
            **_record(found, word), "for_reference_only": False, "files": file_records(inputs),
            **problem_records(inputs, word), "exit_code": code,
        })  # fmt: skip
        raise typer.Exit(code)
    for line in _lines(found, word):
        say(line)
    if inputs.set_aside:
        say()
        say(_("注意：文件中另有 {count} 行待更正，未计入。").format(count=inputs.set_aside))
    raise typer.Exit(code)


def _check_claim(claim: str, inputs: Inputs, lang: str) -> None:
    """Raise ``UsageError`` for a claim that was not read, or that has to be corrected first."""
    _ = texts(lang)
    known = inputs.claims["claim_id"].to_list()
    if claim in known:
        return
    for _name, reading in inputs.readings:
        for line in reading.quarantine.filter(reading.quarantine["key"] == claim).iter_rows(named=True):
            raise UsageError(
                _("单据 {claim} 在 {file} 第 {row} 行，需先更正：{why}").format(
                    claim=claim, file=line["file"], row=line["row"], why=line[f"reason_{lang}"]
                )
            )
    raise UsageError(_("文件中没有单据 {claim}").format(claim=claim) + _nearest(claim, known, lang))


def estimate(
    pack: PackRef,
    on: Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="出院（就诊）日期 / day of the bill")],
    in_scope: Annotated[str, typer.Option("--in-scope", help="政策范围内费用（元）/ in scope, yuan")],
    first_self_pay: Annotated[str, typer.Option("--first-self-pay", help="先行自付（元）")] = "0",
    over_limit: Annotated[str, typer.Option("--over-limit", help="超限价（元）")] = "0",
    out_of_catalogue: Annotated[str, typer.Option("--out-of-catalogue", help="目录外（元）")] = "0",
    identity: Annotated[
        list[str] | None, typer.Option("--identity", help="救助身份；可重复 / identity, e.g. dibao")
    ] = None,
    setting: Annotated[str, typer.Option("--setting", help="inpatient outpatient …")] = "inpatient",
    level: Annotated[str, typer.Option("--level", help="tertiary secondary primary township ungraded")] = "secondary",
    scheme: Annotated[str, typer.Option("--scheme", help="resident employee")] = "resident",
    person_type: Annotated[str, typer.Option("--person-type", help="adult elderly child student newborn")] = "adult",
    purpose: Annotated[str, typer.Option("--purpose", help="illness maternity injury")] = "illness",
    place: Annotated[str, typer.Option("--place", help="local in_province out_of_province")] = "local",
    authorisation: Annotated[
        str, typer.Option("--authorisation", help="none_needed referred registered missing emergency")
    ] = "none_needed",
    diagnosis: Annotated[str | None, typer.Option("--diagnosis", help="诊断编码")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="救助类别 / assistance_kind")] = None,
    stay_ordinal: Annotated[int | None, typer.Option("--stay-ordinal", min=1, help="本年第几次住院")] = None,
    paid: Annotated[
        list[str] | None,
        typer.Option("--paid", help="已知的各方支付，如 paid_basic=1200.00；可重复 / payers as recorded"),
    ] = None,
    used: Annotated[
        list[str] | None,
        typer.Option("--used", help="本年已用，如 assistance.year=5000；可重复 / counters used this year"),
    ] = None,
    packs_dir: PacksDir = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """待遇试算（仅供参考）：一笔费用大致能得到多少 / estimate one bill, for reference only."""
    from tuodi.settlement import estimate as run_estimate
    from tuodi.settlement import load_law

    word = language(lang)
    _ = texts(word)
    with working(_("正在读取规则")) as told:
        law = load_law(pack, roots_of(packs_dir))
        codes = Codes(law, word)
        facts: dict[str, Any] = {
            "discharged_on": on.date(), **_parts({
                "in_scope": in_scope, "first_self_pay": first_self_pay, "over_limit": over_limit,
                "out_of_catalogue": out_of_catalogue,
            }, word),
            "setting": codes.find("setting", setting), "provider_level": codes.find("provider_level", level, "--level"),
            "scheme": codes.find("scheme", scheme), "person_type": codes.find("person_type", person_type),
            "purpose": codes.find("purpose", purpose), "place": codes.find("place", place),
            "authorisation": codes.find("authorisation", authorisation), "diagnosis": diagnosis,
            "assistance_kind": kind, "stay_ordinal": stay_ordinal, **_payers(paid, word),
        }  # fmt: skip
        held = [codes.find("identity", one) for one in identity or []]
        counters = _counters(used, law, word)
        told(_("正在计算"))
        found = run_estimate(law, facts, held, counters)
    missing = _missing(found, facts, word)
    if as_json:
        print_json({
            **_record(found, word), "for_reference_only": True, "note": _(FOR_REFERENCE), "missing": missing,
            "exit_code": EXIT["done"],
        })  # fmt: skip
        return
    say(_(FOR_REFERENCE))
    for line in _lines(replace(found, claim={**found.claim, "claim_id": _("试算")}), word):
        say(line)
    if missing:
        say()
    for line in missing:
        say(line)


def _lines(found: Explanation, lang: str) -> Iterator[str]:
    from tuodi.settlement import explanation_lines

    opened, closed = ("〔", "〕") if lang == "zh" else ("[", "]")
    for line in explanation_lines(found, lang):
        if line.depth == 0:
            yield ""
        cite = f"  {opened}{line.cite}{closed}" if line.cite else ""
        yield f"{'  ' * line.depth}{line.text}{cite}"


def _record(found: Explanation, lang: str) -> dict[str, Any]:
    from tuodi.money import yuan
    from tuodi.settlement import explanation_lines

    amounts = {
        name: None if value is None else yuan(value)
        for name, value in found.bill.items()
        if name.startswith(("pay_", "self_"))
    }
    return {
        "claim_id": found.bill["claim_id"], "pack": found.pack.id, "status": found.bill["status"],
        "reason": found.bill["reason"], **amounts,
        "lines": [
            {"text": line.text, "cite": line.cite, "depth": line.depth} for line in explanation_lines(found, lang)
        ],
    }  # fmt: skip


class Codes:
    """Words for codes: the core's, the pack's own, what national files write for them."""

    def __init__(self, law: Law, lang: str) -> None:
        from tuodi.cli.inputs import local_codes

        self._own, self._lang = local_codes(law.packs), lang

    def find(self, code_set: str, value: str, option: str = "") -> str:
        """The code of a word. Raises ``UsageError`` for a word that is none, with those there are."""
        from tuodi import vocabulary

        core = vocabulary.codes(code_set)
        known = {code: code for code in core} | vocabulary.value_map(code_set)
        known |= {vocabulary.label(code_set, code, lang): code for code in core for lang in ("zh", "en")}
        known |= self._own.get(code_set, {})
        if value in known:
            return known[value]
        _ = texts(self._lang)
        words = _("、").join(dict.fromkeys((*core, *self._own.get(code_set, {}).values())))
        raise UsageError(
            _("{option} 的值 {value} 不认识，可用：{known}").format(
                option=option or f"--{code_set.replace('_', '-')}", value=value, known=words
            )
            + _nearest(value, list(known), self._lang)
        )


def _parts(given: dict[str, str], lang: str) -> dict[str, int]:
    _ = texts(lang)
    parts = {name: fen_of(text, f"--{name.replace('_', '-')}", lang) for name, text in given.items()}
    for name, amount in parts.items():
        if amount < 0:
            raise UsageError(_("--{name} 不能小于 0").format(name=name.replace("_", "-")))
    if not any(parts.values()):
        raise UsageError(_("各部分费用都是 0，没有可试算的"))
    return parts


def _payers(items: list[str] | None, lang: str) -> dict[str, int]:
    """``--paid``: columns of a claim, by any of their spellings."""
    from tuodi.tables import CLAIMS
    from tuodi.vocabulary import aliases

    columns = {
        word: name
        for name, words in aliases("claims").items()
        if name in CLAIMS.money and name.startswith(("paid_", "own_"))
        for word in words
    }
    return {columns[name]: amount for name, amount in _pairs(items, "--paid", columns, lang).items()}


def _counters(items: list[str] | None, law: Law, lang: str) -> dict[str, int]:
    from tuodi.law import counter_names

    known = list(dict.fromkeys(name for pack in law.packs for name in counter_names(pack)))
    return _pairs(items, "--used", known, lang)


def _pairs(items: list[str] | None, option: str, known: dict[str, str] | list[str], lang: str) -> dict[str, int]:
    _ = texts(lang)
    found: dict[str, int] = {}
    for item in items or []:
        name, equals, amount = (part.strip() for part in item.partition("="))
        if not equals:
            example = {"--paid": "paid_basic=1200.00"}.get(option, "assistance.year=5000")
            raise UsageError(
                _("{option} {item}：应写成 名称=金额，如 {example}").format(option=option, item=item, example=example)
            )
        if name not in known:
            names = _("、").join(dict.fromkeys(known.values() if isinstance(known, dict) else known))
            raise UsageError(
                _("{option} {name}：没有这个名称，可用：{names}").format(option=option, name=name, names=names)
                + _nearest(name, list(known), lang)
            )
        found[name] = fen_of(amount, f"{option} {name}", lang)
        if found[name] < 0:
            raise UsageError(_("{option} 不能小于 0").format(option=f"{option} {name}"))
    return found


def fen_of(text: str, option: str, lang: str) -> int:
    """An amount in yuan as somebody typed it, in fen. Raises ``UsageError`` for what is no amount."""
    from tuodi.money import MOST_DIGITS, parse_yuan

    _ = texts(lang)
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("¥").removesuffix("元").strip()
    try:
        fen = parse_yuan(plain)
        if abs(fen) >= 10**MOST_DIGITS:  # no table holds it
            raise ValueError(plain)
        return fen
    except ValueError:
        raise UsageError(
            _("{option} 的值 {text} 不是金额，应写成 1234.50 或 1,234.50（元，最多两位小数）").format(
                option=option, text=text
            )
        ) from None


def _nearest(name: str, known: Sequence[str], lang: str) -> str:
    _ = texts(lang)
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    return _("；是不是 {name}？").format(name=close[0]) if close else ""


def _missing(found: Explanation, facts: dict[str, Any], lang: str) -> list[str]:
    """In plain words what would have to be known, and the option that gives it."""
    from tuodi.law.words import title_words

    _ = texts(lang)
    lines = []
    codes = {tuple(code.rpartition(":")[::2]) for code in (found.bill["reason"] or "").split(";") if code}
    for layer in found.pack.layers:
        if (layer.id, "given_missing") in codes:
            options = _("、").join(f"--paid {name}=…" for name in _given(found.pack, layer.id, facts))
            lines.append(
                _("本规则不计算{layer}，要先知道它付了多少：请用 {options} 给出（没有付就写 0）").format(
                    layer=title_words(layer.title, lang, layer.id), options=options
                )
            )
    if any(code == "gate_undecided" for _layer, code in codes) and not facts["assistance_kind"]:
        lines.append(_("有的层要知道更多情况，请用 --identity、--kind、--diagnosis、--authorisation 等给出"))
    if any(code.startswith("stay_ordinal") for _layer, code in codes) and facts["stay_ordinal"] is None:
        lines.append(_("要知道是本年第几次住院，请用 --stay-ordinal 给出"))
    return lines


def _given(pack: Pack, layer_id: str, facts: dict[str, Any]) -> list[str]:
    """The columns from which a given layer is read for this bill, less those that are known."""
    from tuodi.settlement.bills import MAY_BE_EMPTY

    given = pack.layer(layer_id).given
    if given is None:
        return []
    columns = given.columns.get(facts["scheme"]) or given.columns.get("") or next(iter(given.columns.values()), ())
    open_ones = [name for name in columns if facts.get(name) is None]
    return [name for name in open_ones if name not in MAY_BE_EMPTY] or open_ones[:1]

"""``tuodi explain`` and ``tuodi estimate``: one bill, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
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
    warn,
)
from tuodi.cli.settle import law_and_inputs

if TYPE_CHECKING:
    from tuodi.settlement import Explanation

__all__ = ["estimate", "explain"]


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
    files: dict[str, Sequence[Path]] = {
        "claims": claims, "identities": identities or [],
        "persons": [persons] if persons else [], "opening": [opening] if opening else [],
    }  # fmt: skip
    law, inputs = law_and_inputs(pack, packs_dir, files, word, read)
    found = run_explain(
        law, inputs.claims, inputs.identities, claim, inputs.persons, inputs.opening,
        window_from=window_from.date() if window_from else None, given=given or (),
    )  # fmt: skip
    _print(found, word, as_json)
    if inputs.set_aside:
        _ = texts(word)
        warn(_("注意：文件中另有 {count} 行待更正，未计入。").format(count=inputs.set_aside))
        raise typer.Exit(EXIT["done_with_rows_set_aside"])


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
    from tuodi.cli.inputs import local_codes
    from tuodi.settlement import estimate as run_estimate
    from tuodi.settlement import load_law
    from tuodi.vocabulary import value_map

    word = language(lang)
    _ = texts(word)
    law = load_law(pack, roots_of(packs_dir))
    own = local_codes(law.packs)

    def code(code_set: str, value: str) -> str:
        return own.get(code_set, {}).get(value) or value_map(code_set).get(value, value)

    facts: dict[str, Any] = {
        "discharged_on": on.date(), "in_scope": _fen(in_scope, "--in-scope"),
        "first_self_pay": _fen(first_self_pay, "--first-self-pay"), "over_limit": _fen(over_limit, "--over-limit"),
        "out_of_catalogue": _fen(out_of_catalogue, "--out-of-catalogue"), "setting": code("setting", setting),
        "provider_level": code("provider_level", level), "scheme": code("scheme", scheme),
        "person_type": code("person_type", person_type), "purpose": code("purpose", purpose),
        "place": code("place", place), "authorisation": code("authorisation", authorisation),
        "diagnosis": diagnosis, "assistance_kind": kind, "stay_ordinal": stay_ordinal, **_pairs(paid, "--paid"),
    }  # fmt: skip
    held = [code("identity", one) for one in identity or []]
    found = run_estimate(law, facts, held, _pairs(used, "--used"))
    if not as_json:
        say(_("待遇试算（仅供参考，以经办机构结算为准）"))
    _print(found, word, as_json, estimate=True)


def _print(found: Explanation, lang: str, as_json: bool, *, estimate: bool = False) -> None:
    from tuodi.money import yuan
    from tuodi.settlement import explanation_lines

    lines = explanation_lines(found, lang)
    if not as_json:
        for line in lines:
            if line.depth == 0:
                say()
            cite = f"  〔{line.cite}〕" if line.cite else ""
            say(f"{'  ' * line.depth}{line.text}{cite}")
        return
    amounts = {
        name: None if value is None else yuan(value)
        for name, value in found.bill.items()
        if name.startswith(("pay_", "self_"))
    }
    print_json({
        "claim_id": found.bill["claim_id"], "pack": found.pack.id, "status": found.bill["status"],
        "reason": found.bill["reason"], **amounts, "for_reference_only": estimate,
        "lines": [{"text": line.text, "cite": line.cite, "depth": line.depth} for line in lines],
    })  # fmt: skip


def _fen(text: str, option: str) -> int:
    from tuodi.errors import UsageError
    from tuodi.money import parse_yuan

    try:
        return parse_yuan(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from error


def _pairs(items: list[str] | None, option: str) -> dict[str, int]:
    from tuodi.errors import UsageError

    found = {}
    for item in items or []:
        name, equals, amount = item.partition("=")
        if not equals:
            raise UsageError(f"{option} {item}: expected name=amount, for example assistance.year=5000")
        found[name] = _fen(amount, option)
    return found

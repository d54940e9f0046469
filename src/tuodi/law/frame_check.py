"""Where a pack leaves the national frame.

Enters: a pack that compiles, and the frame of its country. Leaves: :class:`FrameCheck`, whose findings are no errors: a
place may have its reasons, and the frame is known at second hand. Each test of a bound is one function of the modules
imported here; what it asks is said in ``docs/reference/national-frame.md``. Imports ``tuodi.law``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tuodi.errors import nearest
from tuodi.i18n import translator
from tuodi.law.cite import cite_text, is_recalled, is_verified
from tuodi.law.frame import Bound, Frame, frame_of
from tuodi.law.frame_cap import as_ordinary, cap_none, cap_shared
from tuodi.law.frame_case import Case, Raw
from tuodi.law.frame_cells import JudgedLayer, judged_layer
from tuodi.law.frame_deductible import deductible_about, deductible_at_most, deductible_of_ordinary
from tuodi.law.frame_rate import rate_above_ordinary, rate_at_least, rate_below
from tuodi.law.frame_rest import (
    base_test,
    gate_without,
    income_year_test,
    line_at_most,
    order_test,
    premium_test,
    settings_test,
)
from tuodi.law.model import Cite, Pack
from tuodi.law.words import code_words, title_words

__all__ = ["SEVERITIES", "Finding", "FrameCheck", "check_frame"]

SEVERITIES = ("below", "above", "different", "cannot_compare")
"""Less help than the frame, more help, another form, or not to be compared."""


@dataclass(frozen=True)
class Finding:
    """Where a pack leaves a bound, in words: what the nation says and on what that rests (``verified`` only where a
    text was read), what the place says and where; ``why`` is the place's own reason, if it states one."""

    bound: str
    severity: str
    title: str
    who: str
    layer: str
    national: str
    national_cite: str
    verified: bool
    local: str
    local_cite: str
    where: str
    why: str = ""


@dataclass(frozen=True)
class FrameCheck:
    """``frame`` is empty where the pack is not judged, and ``why_not`` says why. ``not_compared`` names what the pack
    does not state, with the bounds that so stay open; ``unknown_departures`` what it departs from and is no bound."""

    frame: str
    title: str
    why_not: str
    findings: tuple[Finding, ...]
    not_compared: tuple[str, ...]
    unknown_departures: tuple[str, ...]


def check_frame(pack: Pack, roots: Sequence[Path] | None = None, lang: str = "zh") -> FrameCheck:
    """Hold a pack to the national frame that was in force with it."""
    _ = translator("law", lang)
    frame = frame_of(pack, roots)
    if frame is None:
        return FrameCheck("", "", _("没有在本包有效期内施行的国家框架"), (), (), ())
    findings: list[Finding] = []
    open_: dict[str, list[str]] = {}
    for bound in frame.bounds:
        case = Case(pack, frame, bound, _layers(pack, frame, bound), lang)
        missing = _missing(case)
        if missing:
            open_.setdefault(missing, []).append(title_words(bound.title, lang, bound.id))
        else:
            findings += _grouped(case, _TESTS[bound.test](case))
    known = [bound.id for bound in frame.bounds]
    departures = {item.bound: item for item in pack.departs}
    explained = [
        replace(finding, why=_why(pack, departures[finding.bound].why, departures[finding.bound].cites, lang))
        if finding.bound in departures
        else finding
        for finding in findings
    ]
    return FrameCheck(
        frame.id,
        title_words(frame.title, lang, frame.id),
        "",
        tuple(explained),
        tuple(_("{why}：{bounds}").format(why=why, bounds=_("、").join(names)) for why, names in open_.items()),
        tuple(f"{name!r}{nearest(name, known)}" for name in departures if name not in known),
    )


def _why(pack: Pack, why: Mapping[str, str], cites: tuple[Cite, ...], lang: str) -> str:
    _ = translator("law", lang)
    said = title_words(why, lang)
    return _("{text}（{source}）").format(text=said, source=cite_text(pack, cites, lang)) if said else ""


def _layers(pack: Pack, frame: Frame, bound: Bound) -> tuple[JudgedLayer, ...]:
    judged = {**frame.judged, **bound.when}
    computed = [layer for layer in pack.layers if layer.kind == bound.layer and layer.given is None and bound.layer]
    return tuple(judged_layer(pack, layer, judged) for layer in computed)


def _missing(case: Case) -> str:
    """Why a bound cannot be asked at all: the pack does not state what it is about."""
    _ = translator("law", case.lang)
    bound, pack = case.bound, case.pack
    if bound.layer and not pack.layers:
        return _("本包只写了监测线或资助参保")
    if bound.layer and not case.layers:
        named = {
            "basic": _("基本医保"), "catastrophic": _("大病保险"), "assistance": _("医疗救助"), "tilt": _("倾斜救助"),
        }[bound.layer]  # fmt: skip
        given = any(layer.kind == bound.layer for layer in pack.layers)
        return (_("本包按记录取{layer}") if given else _("本包没有{layer}")).format(layer=named)
    if bound.test == "premium" and not pack.premium_subsidy:
        return _("本包没有写资助参保")
    if bound.test == "line_at_most" and not pack.monitoring:
        return _("本包没有写监测线，按国家的线")
    return ""


def _grouped(case: Case, raw: Iterator[Raw]) -> Iterator[Finding]:
    """Findings in words; identities of which the same is said stand together."""
    _ = translator("law", case.lang)
    bound, lang = case.bound, case.lang
    by_words: dict[tuple[str, str, str, tuple[Cite, ...]], list[Raw]] = {}
    for one in raw:
        by_words.setdefault((one.severity, one.layer, one.local, one.cites), []).append(one)
    for (severity, layer, local, cites), several in by_words.items():
        names = dict.fromkeys(one.identity for one in several if one.identity)
        first = several[0].origin
        cited = cite_text(case.frame, bound.cites, lang)
        if not is_verified(case.frame, bound.cites) and not is_recalled(case.frame, bound.cites):
            cited = _("{source}；未核对原文").format(source=cited)
        yield Finding(
            bound=bound.id,
            severity=severity,
            title=title_words(bound.title, lang, bound.id),
            who=_("、").join(code_words(case.pack, "identity", name, lang) for name in names),
            layer=layer,
            national=title_words(bound.says, lang),
            national_cite=cited,
            verified=is_verified(case.frame, bound.cites),
            local=local,
            local_cite=cite_text(case.pack, cites, lang),
            where=f"{first.file}:{first.line}" if first.line else "",
        )


_TESTS: Mapping[str, Callable[[Case], Iterator[Raw]]] = {
    "deductible_at_most": deductible_at_most,
    "deductible_about": deductible_about,
    "deductible_of_ordinary": deductible_of_ordinary,
    "rate_at_least": rate_at_least,
    "rate_below": rate_below,
    "rate_above_ordinary": rate_above_ordinary,
    "cap_none": cap_none,
    "cap_shared": cap_shared,
    "as_ordinary": as_ordinary,
    "settings": settings_test,
    "base": base_test,
    "gate_without": gate_without,
    "order": order_test,
    "income_year": income_year_test,
    "premium": premium_test,
    "line_at_most": line_at_most,
}

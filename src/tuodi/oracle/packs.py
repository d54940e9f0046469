"""Reads pack files as they lie on disk: YAML, ``extends``, code sets. Nothing is compiled.

Enters: a reference such as ``cn/321300/2024`` and the folders to search. Leaves: ``OraclePack``, which is
little more than the merged mapping. Imports the standard library and PyYAML only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from tuodi.oracle.values import OracleError, Unknown, add_reference

__all__ = ["Layer", "OraclePack", "load", "load_region", "read_yaml"]

PARTS = ("in_scope", "first_self_pay", "over_limit", "out_of_catalogue")
LABELS = ("untouched", "deductible", "co_payment", "over_cap")
RECORDED = {
    "basic": ["paid_basic"],
    "catastrophic": ["paid_catastrophic", "paid_large_sum"],
    "assistance": ["paid_assistance"],
    "tilt": ["paid_tilt", "paid_other"],
}


class _Loader(yaml.SafeLoader):
    """Only ``true`` and ``false`` are truths (``on`` is a key of ours), and no number becomes a float."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if not tag.endswith((":float", ":bool"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _truths(value: Any) -> Any:
    """Plain ``true`` and ``false`` as truths; everything else untouched."""
    if isinstance(value, dict):
        return {key: _truths(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_truths(item) for item in value]
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def read_yaml(path: Path) -> Any:
    """One YAML file with numbers that have a point kept as text, so that no float is ever made."""
    return _parsed(path.read_text("utf-8"))


@lru_cache(maxsize=64)
def _parsed(text: str) -> Any:
    """One text is parsed once; nobody changes what comes out."""
    return _truths(yaml.load(text, Loader=_Loader))


@dataclass(frozen=True)
class Layer:
    """One layer in its place. ``columns`` is set where it is read from the record: a list, or by scheme."""

    name: str
    spec: dict[str, Any]
    base: tuple[str, ...]
    unpaid: tuple[str, ...]
    paid_down: tuple[str, ...]
    columns: Any = None
    law: dict[str, Any] = field(default_factory=dict)
    """How the law computes a layer that is read from the record instead."""

    @property
    def given(self) -> bool:
        """Whether its payment is read from the record."""
        return self.columns is not None


@dataclass(frozen=True)
class OraclePack:
    """A pack as its YAML says it, parents merged in."""

    id: str
    data: dict[str, Any]
    core: dict[str, dict[str, Any]] = field(repr=False)

    def get(self, *path: str) -> Any:
        """The value at a path of keys, or ``None``."""
        value: Any = self.data
        for key in path:
            if not isinstance(value, dict) or key not in value:
                return None
            value = value[key]
        return value

    @property
    def in_force(self) -> tuple[date, date]:
        """First and last day, both inclusive."""
        span = self.get("in_force") or {}
        return span.get("from") or date.min, span.get("to") or date.max

    # Codes -----------------------------------------------------------------------------------------

    def parent(self, code_set: str, code: str) -> str | None:
        """The core parent of a local code."""
        return self.get("codes", code_set, code, "parent")  # type: ignore[no-any-return]

    def locals_of(self, code_set: str, code: str) -> list[str]:
        """The local codes that the pack puts under a core code."""
        found = self.get("codes", code_set) or {}
        return [name for name, entry in found.items() if entry.get("parent") == code]

    def all_codes(self, code_set: str) -> list[str]:
        """Every code of a set, or every value of a derived attribute."""
        derived = self.get("derived", code_set)
        if derived is not None and code_set not in self.core:
            values = [rule["is"] for rule in derived["rules"]]
            named = list(derived.get("values") or {})
            ends = any(rule.get("otherwise") for rule in derived["rules"])
            return list(dict.fromkeys([*named, *values, *([] if ends else ["none"])]))
        return [*self.core.get(code_set, {}), *(self.get("codes", code_set) or {})]

    def is_a(self, code_set: str, code: str, wanted: Iterable[str | None]) -> bool:
        """Whether a condition that names ``wanted`` holds for ``code``: itself or its parent."""
        names = set(wanted)
        return code in names or self.parent(code_set, code) in names

    # Dates -----------------------------------------------------------------------------------------

    def date_rule(self, name: str, default: str) -> str:
        """A simple entry of ``dates``."""
        return self.get("dates", name) or default

    @property
    def counter_year(self) -> tuple[str, tuple[int, int]]:
        """Which date chooses the counter year, and the month and day on which it begins."""
        rule = self.get("dates", "counter_year") or {}
        if isinstance(rule, str):
            rule = {"by": rule}
        month, day = str(rule.get("starts", "01-01")).split("-")
        return rule.get("by", "settled_at"), (int(month), int(day))

    def year_of(self, day: date) -> int:
        """The counter year that holds ``day``: named by the calendar year in which it begins."""
        return day.year if (day.month, day.day) >= self.counter_year[1] else day.year - 1

    def year_begins(self, year: int) -> date:
        """The first day of a counter year."""
        return date(year, *self.counter_year[1])

    def amounts(self, year: int, settled: date) -> Any:
        """A reader of amounts for a bill of counter year ``year`` settled on ``settled``."""
        rule = self.get("dates", "income_year") or {}
        if isinstance(rule, str):
            rule = {"is": rule}
        which = rule.get("is", "previous")
        if rule.get("until"):
            month, day = (int(number) for number in str(rule["until"]).split("-"))
            start = self.counter_year[1]
            last = date(year if (month, day) >= start else year + 1, month, day)
            if settled <= last:
                which = rule.get("use", which)
        back = {"previous": 1, "before_previous": 2}[which]

        def figure(name: str) -> int | Unknown:
            series = self.get("reference", name)
            if series is None:
                raise OracleError(f"{self.id}: no reference amount {name!r}")
            values = {str(key): value for key, value in series["values"].items()}
            value = values.get(str(year - back))
            if value is None:
                return Unknown(f"{name} of {year - back} is not in the pack")
            read: int | Unknown = add_reference(figure)(value)
            return read

        return add_reference(figure)

    # Layers ----------------------------------------------------------------------------------------

    def layers(self, from_record: Iterable[str] = ()) -> list[Layer]:
        """All layers in order, given ones first; ``from_record`` names computed ones to read from the record."""
        taken = set(from_record)
        made = [_given(name, spec, {}) for name, spec in (self.get("given") or {}).items() if name != "cite"]
        for name, spec in (self.get("layers") or {}).items():
            if "given" in spec:
                made.append(_given(name, spec["given"], spec))
                continue
            layer = _computed(name, spec)
            if name in taken:
                columns = (self.get("recorded_as") or {}).get(name, RECORDED.get(name))
                if columns is None:
                    raise OracleError(f"{self.id}: recorded_as does not say where {name!r} is recorded")
                layer = Layer(name, {}, layer.base, LABELS, layer.paid_down, _columns(columns), spec)
            made.append(layer)
        unknown = taken - {layer.name for layer in made}
        if unknown:
            raise OracleError(f"{self.id}: no layer {sorted(unknown)}")
        return made

    def caps(self) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
        """Counter, the cap's own name, layer and entry of every cap of every computed layer."""
        for name, spec in (self.get("layers") or {}).items():
            plain = [{key: value for key, value in cap.items() if key != "counter"} for cap in spec.get("caps") or []]
            own = [counter for counter, _ in caps_of(name, {"caps": plain})]
            for (counter, cap), own_name in zip(caps_of(name, spec), own, strict=True):
                yield counter, own_name, name, cap


def caps_of(layer: str, spec: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The caps of one layer, each with the name of its counter."""
    return [
        (str(cap.get("counter") or f"{layer}.{cap.get('id') or f'cap{number}'}"), cap)
        for number, cap in enumerate(spec.get("caps") or [], start=1)
    ]


def listed(value: Any) -> list[Any]:
    """A list, or one thing as a list of one."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _columns(spec: Any) -> Any:
    if isinstance(spec, dict):
        return {scheme: listed(columns) for scheme, columns in spec.items() if scheme != "cite"}
    return listed(spec)


def _given(name: str, source: Any, spec: dict[str, Any]) -> Layer:
    base = spec.get("base")
    columns = source
    if isinstance(source, dict) and "from" in source:
        columns, base = source["from"], source.get("base", base)
    parts = tuple(listed(base.get("parts") if isinstance(base, dict) else base) or ["in_scope"])
    gate = {key: value for key, value in spec.items() if key == "when"}
    return Layer(name, gate, parts, LABELS, parts, _columns(columns))


def _computed(name: str, spec: dict[str, Any]) -> Layer:
    base = spec.get("base", ["in_scope"])
    labels: tuple[str, ...] = LABELS
    down: tuple[str, ...] = ()
    if isinstance(base, dict):
        labels = tuple(base.get("unpaid") or LABELS)
        down = tuple(base.get("paid_down") or ())
        base = base["parts"]
    parts = tuple(listed(base))
    return Layer(name, spec, parts, labels, down or parts)


# Files -----------------------------------------------------------------------------------------------


@cache
def _core() -> dict[str, dict[str, Any]]:
    """The core code sets, read from their data file (a list of words, not a piece of the engine)."""
    path = Path(__file__).resolve().parents[1] / "vocabulary" / "codes.yaml"
    data: dict[str, dict[str, Any]] = read_yaml(path)
    return data


def _is_value(mapping: dict[str, Any]) -> bool:
    """``{unknown: …}`` and ``{share: …}`` are values, not mappings to be merged key by key."""
    return "unknown" in mapping or "share" in mapping


def _merge(parent: Any, child: Any) -> Any:
    if not (isinstance(parent, dict) and isinstance(child, dict)) or _is_value(parent) or _is_value(child):
        return child
    merged = dict(parent)
    for key, value in child.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _merge(merged[key], value) if key in merged else _merge({}, value)
    return merged


def _find(ref: str, roots: Iterable[str | Path]) -> Path:
    for root in roots:
        path = Path(root) / ref / "pack.yaml"
        if path.is_file():
            return path
    raise OracleError(f"no pack {ref!r} under {[str(root) for root in roots]}")


def _read(ref: str, roots: list[str | Path], children: tuple[str, ...] = ()) -> dict[str, Any]:
    if ref in children:
        raise OracleError(f"{ref!r} extends itself by way of {children}")
    data: dict[str, Any] = read_yaml(_find(ref, roots))
    if "extends" not in data:
        return data
    parent = _read(data["extends"], roots, (*children, ref))
    own = {"pack", "title", "extends"}
    inherited = {key: value for key, value in parent.items() if key not in own}
    if "in_force" in data:
        inherited.pop("in_force", None)
    merged: dict[str, Any] = _merge(inherited, data)
    return merged


def _roots(roots: str | Path | Iterable[str | Path]) -> list[str | Path]:
    return [roots] if isinstance(roots, str | Path) else list(roots)


def load(ref: str, roots: str | Path | Iterable[str | Path]) -> OraclePack:
    """The pack ``ref`` (with its version) from the first of ``roots`` that has it, parents merged in."""
    return OraclePack(ref, _read(ref, _roots(roots)), _core())


def load_region(region: str, roots: str | Path | Iterable[str | Path]) -> list[OraclePack]:
    """Every version of a region, in the order of their first day in force."""
    places = _roots(roots)
    names = {path.parent.name for root in places for path in (Path(root) / region).glob("*/pack.yaml")}
    if not names:
        raise OracleError(f"no version of {region!r} under {[str(root) for root in places]}")
    return sorted((load(f"{region}/{name}", places) for name in names), key=lambda pack: pack.in_force)

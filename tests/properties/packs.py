"""Random packs over the whole pack language, as mappings for YAML.

Enters: a source of chance (``random.Random``; Hypothesis gives one whose choices it can shrink). Leaves: a pack that
the reader accepts: every table has exactly one row for each cell, every value a citation. Nothing in it is law.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import yaml

from settlement.small import Plain

__all__ = ["PACK", "random_pack", "write_pack"]

PACK = "zz/999999/2024"
Tree = dict[str, Any]

AMOUNTS = ("1 yuan", "80.05 yuan", "500 yuan", "1,000 yuan", "3,000.50 yuan", "20,000 yuan", "60,000 yuan")
RATES = ("0%", "12.5%", "33.33%", "50%", "62.5%", "70%", "85%", "100%")
IDENTITIES = (
    "tekun", "orphan", "unsupported_child", "dibao", "dibao_margin", "rigid_expenditure", "illness_poor",
    "relapsed_poor", "unstable_exit", "margin_prone", "sudden_hardship", "severe_disability", "entitled_group",
    "hardship_child",
)  # fmt: skip
ATOMS = {
    "setting": ("inpatient", "emergency_observation", "outpatient", "chronic_outpatient", "special_drug", "pharmacy"),
    "provider_level": ("tertiary", "secondary", "primary", "township", "ungraded"),
    "purpose": ("illness", "maternity", "injury"),
    "place": ("local", "in_province", "out_of_province"),
    "authorisation": ("none_needed", "referred", "registered", "missing", "emergency"),
    "scheme": ("resident", "employee"),
    "person_type": ("adult", "elderly", "child", "student", "newborn"),
}
"""Codes that rows may name; where the pack has local codes, these stand in for their parent."""
LABELS = ("untouched", "deductible", "co_payment", "over_cap")
PARTS = ("in_scope", "first_self_pay", "over_limit", "out_of_catalogue")
SPARE = {"small": 0.15, "some": 0.35, "half": 0.5, "most": 0.8}


def write_pack(root: Path, pack: Tree, ref: str = PACK) -> None:
    """Write ``pack`` where the readers look for ``ref`` under ``root``."""
    folder = root / ref
    folder.mkdir(parents=True, exist_ok=True)
    text = yaml.dump({**pack, "pack": ref}, Dumper=Plain, allow_unicode=True, sort_keys=False)
    (folder / "pack.yaml").write_text(text, "utf-8")


def random_pack(draw: Random, *, unknowns: bool = True, annual: str = "", ordered: bool = False) -> Tree:
    """A pack with one to four computed layers.

    Without ``unknowns`` the law gives every value. With ``annual`` everything runs over the counter year, nothing
    depends on the size of a bill, and payments are rounded to the fen per ``annual``: ``bill`` or ``year``. With
    ``ordered`` the order of the classes is to be proved, not stated.
    """
    return _Maker(draw, unknowns, annual, ordered).pack()


def _size(cell: Any) -> float:
    return float("inf") if cell == "none" else float(str(cell).replace(" yuan", "").replace("%", "").replace(",", ""))


class _Maker:
    def __init__(self, draw: Random, unknowns: bool, annual: str, ordered: bool) -> None:
        self.draw, self.unknowns, self.annual, self.ordered = draw, unknowns, annual, ordered
        self.atoms = dict(ATOMS)
        self.codes: Tree = {}
        self.classes: tuple[str, ...] = ()
        self.shared: dict[str, tuple[str, str]] = {}
        self.fed: list[str] = []
        self.named: dict[str, list[str]] = {}

    def often(self, how: str) -> bool:
        return self.draw.random() < SPARE[how]

    def scope(self) -> str:
        return "year" if self.annual else self.draw.choice(["bill", "stay", "year"])

    def some(self, values: Any, least: int = 1) -> list[Any]:
        chosen = self.draw.sample(list(values), self.draw.randint(least, len(values)))
        return [one for one in values if one in chosen]

    # The whole -------------------------------------------------------------------------------------

    def pack(self) -> Tree:
        draw = self.draw
        names = [f"l{number}" for number in range(1, draw.randint(1, 4) + 1)]
        made: Tree = {
            "pack": PACK,
            "title": {"zh": "任意", "en": "any"},
            "in_force": {"from": date(2024, 1, 1), "to": draw.choice([date(2024, 12, 31), date(2025, 6, 30)])},
            "documents": {"d": {"law": "任意号"}},
            "dates": self.dates(),
        }
        self.local_codes()
        if self.codes:
            made["codes"] = self.codes
        made["reference"] = {"income": self.reference()}
        made["identities"] = self.identity_rules(names)
        made |= self.class_system()
        pack_classes = self.classes
        if self.often("half") and not self.annual:
            made["derived"] = self.derived()
        if self.often("half"):
            made["hospital_part"] = {"reduces": self.some(PARTS), "cite": "d"}
        if self.often("half") and not self.annual:
            made["given"] = self.given()
        if self.often("half") or self.annual:
            made["rounding"] = self.rounding()
        made["recorded_as"] = {name: [draw.choice(["paid_assistance", "paid_tilt", "paid_other"])] for name in names}
        made["layers"] = {}
        for name in names:
            self.classes = pack_classes
            made["layers"][name] = self.layer(name)
        if self.often("small") and not self.annual:
            made["layers"]["between"] = {"given": ["paid_other"], "title": {"zh": "中", "en": "m"}, "cite": "d"}
        return made

    def dates(self) -> Tree:
        draw = self.draw
        starts = draw.choice(["01-01", "01-01", "04-01", "07-01"])
        made: Tree = {
            "version": draw.choice(["discharged_on", "discharged_on", "settled_at", "admitted_on"]),
            "counter_year": {
                "by": draw.choice(["settled_at", "discharged_on", "admitted_on", "benefit_year"]), "starts": starts,
            },
            "identity": draw.choice(["on_admission", "on_discharge", "on_settlement", "any_day_of_stay"]),
            "age": draw.choice(["on_admission", "on_discharge", "on_settlement"]),
            "income_year": {"is": draw.choice(["previous", "before_previous"])},
            "cite": "d",
        }  # fmt: skip
        if self.often("half"):
            made["income_year"] |= {"until": draw.choice(["03-31", "06-30"]), "use": "before_previous"}
        return made

    def local_codes(self) -> None:
        self.codes["identity"] = {"hardship_child": {"parent": "unsupported_child", "zh": "甲", "en": "a"}}
        if self.often("half"):
            self.codes["provider_level"] = {
                code: {"parent": "tertiary", "zh": "甲", "en": "a"} for code in ("grade_3a", "grade_3b")
            }
            self.atoms["provider_level"] = ("grade_3a", "grade_3b", *ATOMS["provider_level"][1:])
        if self.often("some"):
            self.codes["setting"] = {"day_ward": {"parent": "inpatient", "zh": "乙", "en": "b"}}
        if self.often("small"):
            self.codes["scheme"] = {"village": {"parent": "resident", "zh": "丙", "en": "c"}}

    def reference(self) -> Tree:
        values: Tree = {year: f"{28_000 + 1_111 * (year - 2020)}.5 yuan" for year in range(2020, 2026)}
        if self.unknowns and self.often("some"):
            values[2023] = {"unknown": "没有公布"}
        return {"title": {"zh": "收入", "en": "income"}, "values": values, "cite": "d"}

    def identity_rules(self, names: list[str]) -> Tree:
        draw = self.draw
        made: Tree = {
            "effective": draw.choice(["same_day", "next_month", "by_stay"]),
            "ends": draw.choice(["same_day", "end_of_month"]),
            "cite": "d",
        }
        if self.often("half"):
            made["valid_months"] = {draw.choice(IDENTITIES): draw.choice([1, 6, 12]) for _ in range(2)}
        if self.often("half"):
            made["look_back"] = [self.look_back(names) for _ in range(draw.randint(1, 2))]
        return made

    def look_back(self, names: list[str]) -> Tree:
        draw = self.draw
        year = draw.choice(["bill", "recognition"])
        return {
            "identities": self.draw.sample(IDENTITIES, 4),
            "months": draw.choice([1, 3, 12]),
            "anchor": draw.choice(["recognised_on", "from"]),
            "anchor_month": draw.choice(["counted", "not_counted"]),
            "layers": names if year == "recognition" else self.some(names),
            "year": year,
            "cite": "d",
        }

    def class_system(self, own: bool = False) -> Tree:
        draw = self.draw
        if not own and self.often("small"):
            self.classes = ()
            return {}
        names = ("a", "b", "c")[: draw.randint(1, 3)]
        members: dict[str, list[Any]] = {name: [] for name in names}
        for identity in draw.sample(IDENTITIES, len(IDENTITIES)):
            if self.often("most"):
                limited = {"identity": identity, "scheme": draw.choice(["resident", "employee"])}
                members[draw.choice(names)].append(limited if self.often("small") else identity)
        kept = {name: {"members": listed, "cite": "d"} for name, listed in members.items() if listed}
        if not kept:
            kept = {"a": {"members": ["dibao"], "cite": "d"}}
        made: Tree = {"classes": kept}
        if not self.ordered:
            made["class_order"] = {"stated": True, "cite": "d"}
        self.classes = tuple(kept)
        if own or self.often("most"):  # a layer without a default of its own would keep the pack's
            made["default_class"] = "z"
            self.classes = (*self.classes, "z")
        if not own and len(kept) >= 2 and self.often("some"):
            made["choose"] = {"between": list(kept)[:2], "cite": "d"}
        return made

    def derived(self) -> Tree:
        draw = self.draw
        conditions: list[Tree] = [
            {"diagnosis": ["C*", "N18*"], "setting": "inpatient"},
            {"in_scope": {"over": draw.choice(AMOUNTS)}},
            {"total": {"at_least": draw.choice(AMOUNTS)}, "out_of_catalogue": {"at_most": "500 yuan"}},
            {"age": {"from": draw.choice([14, 60])}},
            {"age": {"to": 17}, "place": ["local", "in_province"]},
            {"provider_traits": ["tcm"]},
            {"identity": draw.sample(IDENTITIES, 4)},
            {"stay_ordinal": draw.choice(["2+", 1, 3])},
            {"settle_mode": "manual"},
            {"assistance_kind": ["major", "large"]},
        ]
        if self.ordered:  # with the identity all else stays as it is
            conditions = [when for when in conditions if "identity" not in when]
        rules: list[Tree] = [
            {"when": when, "is": draw.choice(["x", "y"])} for when in draw.sample(conditions, draw.randint(1, 3))
        ]
        ends = self.often("half")
        if ends:
            rules.append({"otherwise": True, "is": "w"})
        word = {"zh": "值", "en": "value"}
        values = {rule["is"]: word for rule in rules}
        made: Tree = {"kind": {"title": {"zh": "类", "en": "kind"}, "values": values, "rules": rules, "cite": "d"}}
        self.atoms["kind"] = tuple(dict.fromkeys([*(rule["is"] for rule in rules), *([] if ends else ["none"])]))
        if self.often("some"):
            made["person_type"] = {
                "title": {"zh": "人", "en": "p"},
                "values": {"child": word, "adult": word},
                "rules": [{"when": {"age": {"to": 17}}, "is": "child"}, {"otherwise": True, "is": "adult"}],
                "cite": "d",
            }
        return made

    def given(self) -> Tree:
        draw = self.draw
        made: Tree = {"basic": ["paid_basic"]}
        if self.often("half"):
            made["more"] = draw.choice([
                {"resident": ["paid_catastrophic"], "employee": ["paid_large_sum"]},
                {"resident": ["paid_catastrophic", "paid_large_sum"]},
                ["paid_catastrophic", "paid_other"],
                {"from": ["paid_disabled_veteran", "paid_civil_servant"], "base": self.some(PARTS)},
            ])  # fmt: skip
        return made

    def rounding(self) -> Tree:
        draw = self.draw
        return {
            "to": "fen" if self.annual else draw.choice(["fen", "jiao", "yuan"]),
            "direction": draw.choice(["half_up", "half_even", "up", "down"]),
            "per": self.annual or draw.choice(["bill", "bill", "year"]),
            "cite": "d",
        }

    # One layer -------------------------------------------------------------------------------------

    def layer(self, name: str) -> Tree:
        draw = self.draw
        made: Tree = {"title": {"zh": "层", "en": name}, "cite": "d"}
        if self.often("small"):
            made |= self.class_system(own=True)
        gate = self.gate()
        if gate:
            made["when"] = gate
        if self.often("some"):
            made["counts"] = True
        if self.often("most"):
            made["base"] = self.base()
        anywhere = {} if made.get("counts") else gate
        if self.often("most"):
            made["deductible"] = {
                "per": self.scope(), "amount": self.table("amount", anywhere, rising=True),
            }  # fmt: skip
        form = draw.choice(["rate"] * 4 + ["fixed"] + ([] if self.annual else ["top_up"]))
        if form == "fixed":
            made["fixed"] = {"per": self.scope(), "amount": self.table("amount", gate)}
        elif form == "top_up":
            made["top_up"] = {"to": self.table("rate", gate), "per": draw.choice(["bill", "year"])}
        else:
            made |= self.rates(gate)
        if self.often("small"):
            made["notional"] = True
        if self.often("half"):
            made["rounding"] = self.rounding()
        if self.often("small") and self.classes:
            made["on_change"] = {"recompute_year": True, "cite": "d"}
        caps = [self.cap(name, number, gate) for number in range(1, draw.randint(0, 3) + 1)]
        if caps:
            made["caps"] = caps
            self.fed += [f"{name}.{cap.get('id', f'cap{number}')}" for number, cap in enumerate(caps, 1)]
            self.fed += [cap["counter"] for cap in caps if "counter" in cap and cap["counter"] not in self.fed]
        return made

    def gate(self) -> Tree:
        draw = self.draw
        made: Tree = {}
        if self.classes and self.often("half"):
            inside = self.classes[: draw.randint(1, len(self.classes))]
            made["class"] = list(inside) if self.ordered else self.some(self.classes)
        for column in self.atoms:
            if self.often("small"):
                made[column] = self.some(self.atoms[column])
        if self.annual:
            return made
        if self.often("small"):
            made["stay_ordinal"] = draw.choice(["2+", [1, 2], "1"])
        if self.fed and self.often("some") and not self.ordered:
            made["used_up"] = draw.sample(self.fed, 1 if len(self.fed) == 1 else draw.randint(1, 2))
        if self.often("small"):
            made["base_over"] = self.table("amount", made, rising=True)
        return made

    def base(self) -> Any:
        parts = self.some(PARTS) if self.often("half") and not self.annual else ["in_scope"]
        if self.often("half"):
            return parts
        made: Tree = {"parts": parts, "unpaid": self.some(LABELS)}
        if self.often("half"):
            made["paid_down"] = self.draw.sample(parts, len(parts))
        return made

    def rates(self, gate: Tree) -> Tree:
        draw = self.draw
        made: Tree = {}
        if self.often("half"):
            count = draw.randint(1, 2)
            ends: list[Any] = sorted(draw.sample(range(len(AMOUNTS)), count))
            ends = [AMOUNTS[number] for number in ends]
            if self.unknowns and self.often("small"):
                ends[-1] = {"unknown": "没有读到"}
            made["brackets"] = {
                "on": self.scope(), "from": draw.choice(["zero", "deductible"]), "upto": ends,
                "cite": "d",
            }  # fmt: skip
            rows: list[Tree] = []
            for bracket in range(1, count + 2):
                if self.classes and self.often("half") and "class" not in gate:
                    cells = self.cells("rate", len(self.classes))
                    rows += [
                        {"bracket": bracket, "class": one, "is": cell}
                        for one, cell in zip(self.classes, cells, strict=True)
                    ]
                else:
                    rows.append({"bracket": bracket, "is": self.cell("rate")})
            made["rate"] = rows
        else:
            made["rate"] = self.table("rate", gate)
        if self.often("some"):
            made["factor"] = self.table("factor", gate)
        if self.often("some"):
            made["points"] = self.table("points", gate)
        return made

    def cap(self, layer: str, number: int, gate: Tree) -> Tree:
        draw = self.draw
        made: Tree = {
            "per": "year" if self.often("half") else self.scope(),
            "counts": draw.choice(["paid", "paid", "paid", "paid", "base", "deductible"]),
        }
        if self.often("half"):
            made["id"] = f"k{number}"
        within = dict(gate)
        if self.often("some"):
            column = draw.choice([*self.atoms])
            if column not in gate:
                made["when"] = {column: self.some(self.atoms[column])}
                within |= made["when"]
        made["limit"] = self.table("limit", within, rising=made["counts"] == "deductible")
        if made["per"] != "stay" and self.often("half"):
            name = f"shared_{made['counts']}_{made['per']}"
            if layer not in self.named.setdefault(name, []):
                self.named[name].append(layer)
                made["counter"] = name
        return made

    # Tables ----------------------------------------------------------------------------------------

    def cell(self, kind: str) -> Any:
        draw = self.draw
        if self.unknowns and self.often("small") and self.often("half"):
            waived = kind == "limit" and self.often("half")
            return {"unknown": "没有读到", "treat_as": "none"} if waived else {"unknown": "没有读到"}
        if kind == "rate":
            return draw.choice(RATES)
        if kind == "factor":
            return draw.choice(["60%", "90%", "100%", "33.33%"])
        if kind == "points":
            return draw.choice(["0%", "5%", "10%", "-5%"])
        if kind == "limit" and self.often("some"):
            return "none"
        if kind == "amount" and self.often("some"):
            return 0
        if self.often("small") and not self.ordered:
            return draw.choice([
                "25% of income", {"share": "3.33%", "of": "income", "round": {"to": "yuan", "direction": "down"}},
                {"share": "1%", "of": "income", "round": {"to": "jiao", "direction": "half_even"}},
            ])  # fmt: skip
        return draw.choice(AMOUNTS)

    def cells(self, kind: str, count: int, *, rising: bool = False) -> list[Any]:
        made = [self.cell(kind) for _ in range(count)]
        if self.ordered and self.often("most"):
            made.sort(key=_size, reverse=not rising)
        return made

    def table(self, kind: str, gate: Tree, *, rising: bool = False) -> Any:
        """A value, one for each class, or rows with the last one for all the rest.

        Where the order of the classes is to be proved, values mostly fall from the best class to the worst, or rise.
        """
        draw = self.draw
        how = draw.random() * (0.6 if self.ordered else 1)
        inside = [one for one in self.classes if one in gate.get("class", self.classes)]
        if how < 0.35:
            return self.cell(kind)
        if how < 0.55 and inside:
            return dict(zip(inside, self.cells(kind, len(inside), rising=rising), strict=True))
        column = draw.choice([*self.atoms, *([] if self.annual else ["stay_ordinal"]), *(["class"] if inside else [])])
        if column == "stay_ordinal":
            rows = [{column: 1, "is": self.cell(kind)}, {column: draw.choice(["2+", 2]), "is": self.cell(kind)}]
        else:
            codes = inside if column == "class" else self.atoms[column]
            first = self.some(codes)
            rows = [{column: first, "is": self.cell(kind)}]
            rest = [code for code in codes if code not in first]
            if rest and self.often("half"):
                rows.append({column: rest[0], "is": self.cell(kind)})
            if len(self.atoms) > 1 and self.often("some"):
                other = draw.choice([one for one in self.atoms if one != column])
                rows[0][other] = self.some(self.atoms[other])
        return [*rows, {"otherwise": True, "is": self.cell(kind)}]

"""One bill explained, as text for a terminal and as a page that needs nothing else.

Enters: an :class:`~tuodi.settlement.Explanation`. Leaves: text, or HTML with the waterfall drawn beside the arithmetic
and the article of each step. Imports ``tuodi.settlement`` and this room.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tuodi.i18n import translator
from tuodi.law.words import title_words
from tuodi.report.figures import Bar, Kind, Step, waterfall
from tuodi.report.pages import standalone
from tuodi.settlement import Explanation, explanation_lines
from tuodi.settlement.explain import Line, step_lines
from tuodi.vocabulary import label

__all__ = ["ExplainedStep", "explained_steps", "render_explanation"]


@dataclass(frozen=True)
class ExplainedStep:
    """A line of the waterfall with what stands beside it."""

    bar: Bar
    lines: tuple[Line, ...] = ()


def render_explanation(explanation: Explanation, lang: str = "zh", form: Literal["text", "html"] = "text") -> str:
    """The explanation of one bill in ``lang``: indented lines with articles, or a page of its own."""
    lines = explanation_lines(explanation, lang)
    if form == "text":
        return "".join(f"{'  ' * line.depth}{line.text}{f'  〔{line.cite}〕' if line.cite else ''}\n" for line in lines)
    return standalone(
        "explain.html",
        lang,
        heading=lines[0].text,
        law=title_words(explanation.pack.title, lang, explanation.pack.id),
        pack=explanation.pack.id,
        rows=explained_steps(explanation, lang),
        notes=_notes(explanation, lines),
    )


def _notes(explanation: Explanation, lines: list[Line]) -> list[str]:
    """What the settlement says of the bill as a whole: the lines after the person's share."""
    if explanation.bill["status"] in {"annulled", "quarantined"}:
        return [line.text for line in lines[-2:]]
    heading = max((place for place, line in enumerate(lines) if line.depth == 0), default=0)
    return [line.text for line in lines[heading + 3 :]]


def explained_steps(explanation: Explanation, lang: str) -> list[ExplainedStep]:
    """The waterfall of one bill: its parts, each layer with its arithmetic, what is left to the person."""
    _ = translator("report", lang)
    claim, bill = explanation.claim, explanation.bill
    steps: list[tuple[Step, tuple[Line, ...]]] = [(Step(_("医疗费总额"), claim["total"], "total"), ())]
    for part in ("out_of_catalogue", "over_limit", "first_self_pay"):
        steps.append((Step(label("part", part, lang), claim[part], "cut"), ()))
    steps.append((Step(label("part", "in_scope", lang), claim["in_scope"], "sub"), ()))
    if claim["paid_hospital"]:
        steps.append((Step(_("医院负担"), claim["paid_hospital"], "pay"), ()))
    for row in explanation.steps:
        layer = explanation.pack.layer(row["layer"])
        kind: Kind = "pay" if row["state"] == "given" else "aid"
        said = step_lines(explanation.pack, row, lang)
        amount = 0 if row["state"] == "notional" else row["paid"]
        word = title_words(layer.title, lang, layer.id)
        steps.append((Step(word, amount, kind), (Line("", said[0].cite), *said[1:])))
    steps.append((Step(_("政策范围内个人负担"), bill["self_in_scope"], "self"), ()))
    steps.append((Step(_("个人负担合计（含目录外、超限价、先行自付）"), bill["self_total"], "own"), ()))
    bars = waterfall([step for step, _lines in steps])
    return [ExplainedStep(bar, lines) for bar, (_step, lines) in zip(bars, steps, strict=True)]

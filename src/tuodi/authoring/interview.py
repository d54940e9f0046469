"""The interview: which question comes next, and what the answers so far say of a county.

Enters: answers as they were typed, by key. Leaves: the questions in order, the first that is open, and at the end a
:class:`~tuodi.authoring.plan.County`. The order is that of SPEC-settlement section 10, after what it presupposes: place
and documents, who is aided, which layers are computed. Nothing is kept between calls: the same answers give the same
questions, so a person may stop, go back, or hand in all answers at once. Imports ``tuodi.vocabulary``, ``tuodi.i18n``
and this room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuodi import vocabulary
from tuodi.authoring.asking import MisunderstoodError, Question, is_numbered, question, understand
from tuodi.authoring.fourteen import differences
from tuodi.authoring.plan import (
    LAYERS,
    OTHERS,
    ClassPlan,
    County,
    LayerPlan,
    Script,
    Source,
    cited,
    class_options,
    identity_words,
    layer_word,
)
from tuodi.i18n import translator

__all__ = ["Interview", "walk"]

OUTPATIENT, CHRONIC = ("outpatient",), ("chronic_outpatient", "special_outpatient")


@dataclass(frozen=True)
class Interview:
    """Where the interview stands: what was asked and answered, the question that is open, the county when none is.

    ``wrong``: key → why an answer that was handed in is none (its question is the open one)."""

    asked: tuple[tuple[Question, Any], ...]
    open: Question | None
    county: County | None
    wrong: Mapping[str, str]
    unused: tuple[str, ...]


def walk(answers: Mapping[str, str], lang: str = "zh") -> Interview:
    """Go through the questions as far as the answers reach."""
    script = _county(lang)
    asked: list[tuple[Question, Any]] = []
    wrong: dict[str, str] = {}
    county = None
    current: Question | None = next(script)
    while current is not None:
        if current.id not in answers:
            break
        try:
            answer = understand(current, answers[current.id])
            asked.append((current, answer))
            current = script.send(answer)
        except MisunderstoodError as error:
            wrong[current.id] = str(error)
            break
        except StopIteration as done:
            county, current = done.value, None
    used = {one.id for one, _answer in asked} | wrong.keys()
    return Interview(tuple(asked), current, county, wrong, tuple(key for key in answers if key not in used))


def _county(lang: str) -> Script:
    """The whole interview as a conversation: yields questions, is sent answers, returns a :class:`County`."""
    _ = translator("authoring", lang)
    part = _("一、地方和文件")
    place = yield question("place", "place", lang, part=part)
    region = yield question("region", "region", lang, part=part)
    sources = yield from _sources(lang, part)
    since = yield question("in_force", "in_force", lang, part=part)
    part = _("二、由谁计算，救助谁，在哪里看病")
    computed = yield question("computed", "computed", lang, part=part)
    classes = yield from _classes(lang, part, len(sources))
    layers = []
    for name in LAYERS:
        if name in computed:
            layers.append((yield from _scope(name, classes, lang, part, len(sources))))
    county = County(place, region, sources, since, classes, tuple(layers))
    yield from differences(county, lang)
    return county


def _sources(lang: str, part: str) -> Script:
    found: list[Source] = []
    while True:
        n = len(found) + 1
        name = yield question("more_documents" if found else "document", f"document.{n}", lang, part=part, n=str(n))
        if name is None:
            return tuple(found)
        words: dict[str, Any] = {"part": part, "document": name}
        title = None
        if is_numbered(name):
            title = yield question("document_title", f"document.{n}.title", lang, **words)
        day = yield question("document_date", f"document.{n}.date", lang, **words)
        checked = "no"
        if is_numbered(name):
            checked = yield question("document_checked", f"document.{n}.checked", lang, **words)
        found.append(Source(name, title or "", day, checked == "yes"))


def _classes(lang: str, part: str, documents: int) -> Script:
    _ = translator("authoring", lang)
    found: list[ClassPlan] = []
    taken: set[str] = set()
    while True:
        n = len(found) + 1
        options = {code: word for code, word in identity_words(lang).items() if code not in taken}
        name = "more_classes" if found else "class"
        members = yield question(name, f"class.{n}", lang, part=part, options=options, n=str(n))
        if members is None:
            return tuple(found)
        cite = yield from cited(_("第 {n} 类").format(n=n), f"class.{n}.cite", lang, part, documents)
        own = [one for one in members if not one.startswith("+")]
        found.append(ClassPlan(own[0] if own else f"class_{n}", members, cite))
        taken |= set(members)


def _scope(layer: str, classes: Sequence[ClassPlan], lang: str, part: str, documents: int) -> Script:
    """Whom and what a layer is for."""
    _ = translator("authoring", lang)
    word = layer_word(layer, lang)
    said: dict[str, Any] = {"part": part, "layer": word}
    names = tuple(one.name for one in classes)
    if layer == "tilt" and len(names) > 1:
        chosen = yield question("who", f"{layer}.classes", lang, options=class_options(classes, lang), **said)
        names = tuple(name for name in names if name in chosen)
    elif layer == "catastrophic":
        names = (*names, OTHERS)
    options = {code: vocabulary.label("setting", code, lang) for code in vocabulary.codes("setting")}
    settings = yield question("settings", f"{layer}.settings", lang, options=options, **said)
    groups: dict[str, tuple[str, ...]] = {"": tuple(settings)}
    others = tuple(code for code in settings if code not in OUTPATIENT)
    rest = tuple(code for code in others if code not in CHRONIC)
    parted = {
        "two": {"outpatient": OUTPATIENT, "inpatient": others},
        "three": {"outpatient": OUTPATIENT, "chronic": tuple(c for c in settings if c in CHRONIC), "inpatient": rest},
    }
    can = {"one", *(k for k, v in parted.items() if all(v.values()) and "outpatient" in settings)}
    if len(can) > 1:
        how = yield question("groups", f"{layer}.groups", lang, only=lambda code: code in can, **said)
        groups = parted.get(how, groups)
    cite = yield from cited(_("{layer}的对象和范围").format(layer=word), f"{layer}.cite", lang, part, documents)
    return LayerPlan(layer, names, tuple(settings), groups, cite)

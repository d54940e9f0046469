"""What one reader sees of one person: grades, masks, and what was revealed to this reader within the last minutes.

Enters: a standing, a person's number. Leaves: :class:`Sight`, by which page and API show every value. A
reveal is a line of the trail and nothing else: it holds for :data:`HOLDS`, for the reader who gave the reason.
May import ``accounts``, ``ground``, ``trail`` and the vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tuodi import vocabulary
from tuodi.exchange import source_templates
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground import clock
from tuodi.platform.ground.grades import Grade, Graded, highly_sensitive, mask
from tuodi.platform.ground.words import N_, _, language
from tuodi.platform.trail.models import Look

__all__ = ["DETAILS", "HOLDS", "REASONS", "REVEALS", "Sight", "column_graded", "reason_text", "sight_of",
           "source_name"]  # fmt: skip

HOLDS = timedelta(minutes=10)
"""How long a stated reason counts for the same reader and person."""

DETAILS = "details"
REVEALS: dict[str, tuple[Grade, str]] = {
    "number": (Grade.HIGHLY_SENSITIVE, N_("证件号码")),
    "phone": (Grade.HIGHLY_SENSITIVE, N_("联系电话")),
    "account": (Grade.HIGHLY_SENSITIVE, N_("银行账号")),
    DETAILS: (Grade.SENSITIVE, N_("姓名、身份、金额等敏感信息")),
}
"""What can be asked for → its grade and its words."""

REASONS = {
    "handling": N_("办理该事项需要"),
    "contact": N_("联系本人或家属"),
    "verify": N_("核对身份"),
    "complaint": N_("处理投诉信访"),
    "audit": N_("审计监督检查"),
}
"""Reasons that the small form offers."""

SEALED = {
    "certificate": "number", "head_certificate": "number", "disability_number": "number", "phone": "phone",
    "bank_account": "account",
}  # fmt: skip
"""Columns of a list that are sealed → the reveal that shows them."""

_SHAPES = {
    "name": "name", "date": "date", "date_open": "date", "month": "date", "identity_number": "number",
    "disability_number": "number", "phone": "phone", "account": "account",
}  # fmt: skip


def source_name(code: str) -> str:
    """The source's name on the screen; a source that no template describes is shown by its code."""
    template = source_templates().get(code)
    return str(template.name[language()]) if template else code


def column_graded(source: str, column: str) -> Graded:
    """The grade of a list's column and the shape of its mask; what no template knows has the highest grade."""
    template = source_templates().get(source)
    known = template.columns.get(column) if template else None
    if known is None:
        return highly_sensitive("blank")
    shape = _SHAPES.get(known.type, "text" if known.name == "address" else "blank")
    return Graded(Grade[known.grade.upper()], known.gbt39725, shape)


def reason_text(choice: str, note: str) -> str:
    """What the trail keeps: the reason in Chinese, whoever reads it later, and what was added to it."""
    return "：".join(part for part in (REASONS.get(choice, ""), note.strip()[:200]) if part)


@dataclass(frozen=True)
class Sight:
    """A reader's sight of one person. ``revealed``: keys of :data:`REVEALS` in force."""

    standing: Standing
    revealed: frozenset[str] = frozenset()

    def clear(self, graded: Graded, field: str = DETAILS) -> bool:
        """Whether a value of this grade stands as it is."""
        return self.standing.sees(graded) or (field in self.revealed and self.standing.may_reveal(graded))

    def show(self, value: Any, graded: Graded, field: str = DETAILS) -> Any:
        """The value, or what stands instead of it."""
        return value if value in (None, "") or self.clear(graded, field) else mask(value, graded.shape)

    def may_ask(self, field: str) -> bool:
        """Whether a reason would show more than is shown now."""
        graded = Graded(REVEALS[field][0], 0)
        return field not in self.revealed and not self.standing.sees(graded) and self.standing.may_reveal(graded)

    def column(self, source: str, column: str, value: Any) -> Any:
        """A list's value in words, or its mask: codes by their word, money stays fen, dates stay ISO texts."""
        graded = column_graded(source, column)
        if value in (None, ""):
            return value
        if not self.clear(graded, SEALED.get(column, DETAILS)):
            return mask(value, graded.shape)
        return worded(source, column, value)


def worded(source: str, column: str, value: Any) -> Any:
    """A code by its word, a yes or no by its word, everything else as it is."""
    template = source_templates().get(source)
    known = template.columns.get(column) if template else None
    if known is not None and isinstance(value, str):
        if known.type.startswith("code:"):
            return vocabulary.label(known.type[5:], value, language())
        if known.type == "flag":
            return vocabulary.label("yes_no", value, language())
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return value


def sight_of(standing: Standing, person: int) -> Sight:
    """The sight with what this reader has had revealed of this person within :data:`HOLDS`. One query."""
    since = clock.now() - HOLDS
    looks = Look.objects.filter(
        person_id=person, user_id=standing.user.id, grant_id=standing.grant.id, kind="reveal", at__gt=since
    )
    return Sight(standing, frozenset(field for look in looks for field in look.fields if field in REVEALS))

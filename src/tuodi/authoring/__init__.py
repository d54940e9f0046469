"""Rules written by those who know them: asked for, filled in on a sheet, tried on a county's own settled persons.

Enters: answers, a workbook, a pack and settled bills. Leaves: a pack as YAML, a workbook of parameters, a page of
agreements and differences. May import ``tuodi.report``, ``tuodi.audit``, ``tuodi.settlement``, ``tuodi.exchange``,
``tuodi.law`` and what lies below them. Each module names what it offers; nothing is imported here, so that a command
loads only what it needs.
"""

from __future__ import annotations

__all__: tuple[str, ...] = ()

"""The audit: what the law gives beside what was paid, person by person, as leads to verify.

Enters: a law, claims as recorded, the lists of who is recognised and who was flagged, payments by hand, the
platform's monthly totals. Leaves: :class:`AuditResult`, frames of leads with proved causes, of cleared hits
and of what could not be judged. May import ``tuodi.settlement``, ``tuodi.law`` and what lies below them.
"""

from __future__ import annotations

from tuodi.audit.model import CAUSES, FRAMES, KINDS, AuditMeta, AuditResult
from tuodi.audit.monthly import set_aside
from tuodi.audit.run import audit, audited_layers

__all__ = ["CAUSES", "FRAMES", "KINDS", "AuditMeta", "AuditResult", "audit", "audited_layers", "set_aside"]

"""The report that an officer hands on: pages in Chinese and English, a page a person, a list, sheets to print.

Enters: an :class:`~tuodi.audit.AuditResult` and the law it stood on. Leaves: a folder of files that need neither a
network nor a server. May import ``tuodi.audit``, ``tuodi.settlement``, ``tuodi.exchange``, ``tuodi.law`` and below.
"""

from __future__ import annotations

from tuodi.report.explain import render_explanation
from tuodi.report.figures import Step, waterfall
from tuodi.report.kinds import kind_title
from tuodi.report.quality import file_quality
from tuodi.report.views import BadRow, FileQuality, ReportPaths
from tuodi.report.write import write_report

__all__ = [
    "BadRow", "FileQuality", "ReportPaths", "Step", "file_quality", "kind_title", "render_explanation", "waterfall",
    "write_report",
]  # fmt: skip

"""Files and messages in and out: what a department sends becomes a declared table, and what is wrong is said.

Enters: CSV and TSV (UTF-8, UTF-16, GB18030), XLSX, XLS, Parquet, national JSON replies, a ZIP with one of them.
Leaves: tables of ``tuodi.tables`` in a :class:`Reading`, every wrong row with file, row, column and reason, and the
workbook in which it can be corrected and sent again; tables as CSV, XLSX, Parquet. May import ``tuodi.tables``,
``tuodi.vocabulary``, ``tuodi.money``, ``tuodi.errors``, ``tuodi.i18n``.
"""

from tuodi.exchange._aside import people_set_aside
from tuodi.exchange._checks import check_claims, check_reading, check_readings
from tuodi.exchange._contradictions import contradictions
from tuodi.exchange._delivery import Delivery, read_delivery
from tuodi.exchange._delivery_pieces import read_delivery_pieces
from tuodi.exchange._difference import Difference, apply_difference, difference
from tuodi.exchange._extra import UnknownColumn
from tuodi.exchange._mapping import FileMapping, Suggestion, fingerprint, suggest_mapping
from tuodi.exchange._peek import Peek, peek
from tuodi.exchange._persons import Linked, check_identities, link_persons
from tuodi.exchange._pieces import column_of, join_readings, read_piece
from tuodi.exchange._quality import Quality, Score, expected_by, is_stale, quality
from tuodi.exchange._quarantine import sent_again, write_quarantine
from tuodi.exchange._read import read_table, read_tables
from tuodi.exchange._reading import FINDINGS, Checked, Reading
from tuodi.exchange._reasons import describe_error, sentence
from tuodi.exchange._recognise import Guess, recognise
from tuodi.exchange._template import Cadence, LegalBasis, SourceTemplate, TemplateColumn
from tuodi.exchange._template_file import TemplateError, load_template, source_templates
from tuodi.exchange._tidy import tidy_names
from tuodi.exchange._write import write_table

__all__ = [
    "FINDINGS",
    "Cadence",
    "Checked",
    "Delivery",
    "Difference",
    "FileMapping",
    "Guess",
    "LegalBasis",
    "Linked",
    "Peek",
    "Quality",
    "Reading",
    "Score",
    "SourceTemplate",
    "Suggestion",
    "TemplateColumn",
    "TemplateError",
    "UnknownColumn",
    "apply_difference",
    "check_claims",
    "check_identities",
    "check_reading",
    "check_readings",
    "column_of",
    "contradictions",
    "describe_error",
    "difference",
    "expected_by",
    "fingerprint",
    "is_stale",
    "join_readings",
    "link_persons",
    "load_template",
    "peek",
    "people_set_aside",
    "quality",
    "read_delivery",
    "read_delivery_pieces",
    "read_piece",
    "read_table",
    "read_tables",
    "recognise",
    "sent_again",
    "sentence",
    "source_templates",
    "suggest_mapping",
    "tidy_names",
    "write_quarantine",
    "write_table",
]

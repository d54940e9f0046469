"""One person, one file: who a row of a department's list means, and what the sources say of that person.

Enters: tables with the columns of ``tables.WHO``, successive lists, what sources say of linked persons. Leaves: links
with reasons, doubtful pairs for a person to decide, households, dated intervals, conflicts, contradictions. Nothing is
merged and nothing resolved here. May import ``tuodi.tables``, ``tuodi.vocabulary``, ``tuodi.i18n``, ``tuodi.money``,
``tuodi.errors``; ``splink`` and ``duckdb`` only where no number decides.
"""

from tuodi.identity._certificate import CHECKS, WEIGHTS, Certificate, check_character, read_certificate
from tuodi.identity.contradictions import CONTRADICTIONS, after_death, between_sources, insured_twice
from tuodi.identity.evaluate import evaluate
from tuodi.identity.households import Households, households
from tuodi.identity.intervals import CONFLICTS, INCOMPATIBLE, SPELLS, Spells, conflicts, freshness, spells
from tuodi.identity.match import LINKS, Links, Thresholds, duplicates, link
from tuodi.identity.numbers import KINDS, clean_numbers, tidy_address, tidy_name, tidy_phone, tidy_sex
from tuodi.identity.words import WORDS, word

__all__ = [
    "CHECKS",
    "CONFLICTS",
    "CONTRADICTIONS",
    "INCOMPATIBLE",
    "KINDS",
    "LINKS",
    "SPELLS",
    "WEIGHTS",
    "WORDS",
    "Certificate",
    "Households",
    "Links",
    "Spells",
    "Thresholds",
    "after_death",
    "between_sources",
    "check_character",
    "clean_numbers",
    "conflicts",
    "duplicates",
    "evaluate",
    "freshness",
    "households",
    "insured_twice",
    "link",
    "read_certificate",
    "spells",
    "tidy_address",
    "tidy_name",
    "tidy_phone",
    "tidy_sex",
    "word",
]

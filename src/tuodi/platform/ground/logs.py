"""Nothing that names a person goes into a log: numbers are masked in every line, as on the screen."""

from __future__ import annotations

import logging
import re

__all__ = ["Masked", "masked"]

_NUMBERS = re.compile(r"(?<![0-9A-Za-z])[0-9]{6,}(?:[0-9]|[Xx])?(?![0-9A-Za-z])")


_QUOTED = re.compile(r"^(LINE \d+|DETAIL|CONTEXT): .*(?:\n[ \t]+\^)?", re.MULTILINE)
_VALUE = re.compile(r"^((?:psycopg\.errors|django\.db\.utils)\.\w+: [^\"\n]*: )\".*\"$", re.MULTILINE)
"""What the database quotes of a statement that failed, or the value itself: names that somebody typed."""


def masked(text: str) -> str:
    """The text with each run of seven or more digits cut to its first four: identity numbers, phones, accounts; and
    without what a database error quotes of its statement."""
    bare = _VALUE.sub(r'\1"…"', _QUOTED.sub(r"\1: …", text))
    return _NUMBERS.sub(lambda found: found.group()[:4] + "*" * (len(found.group()) - 4), bare)


class Masked(logging.Filter):
    """Masks numbers in the message and its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; it always passes."""
        record.msg = masked(record.getMessage())
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = masked(logging.Formatter().formatException(record.exc_info))
        return True

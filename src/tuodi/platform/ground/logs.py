"""Nothing that names a person goes into a log: numbers are masked in every line, as on the screen."""

from __future__ import annotations

import logging
import re

__all__ = ["Masked", "masked"]

_NUMBERS = re.compile(r"(?<![0-9A-Za-z])[0-9]{6,}(?:[0-9]|[Xx])?(?![0-9A-Za-z])")


def masked(text: str) -> str:
    """The text with each run of seven or more digits cut to its first four: identity numbers, phones, accounts."""
    return _NUMBERS.sub(lambda found: found.group()[:4] + "*" * (len(found.group()) - 4), text)


class Masked(logging.Filter):
    """Masks numbers in the message and its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; it always passes."""
        record.msg = masked(record.getMessage())
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = masked(logging.Formatter().formatException(record.exc_info))
        return True

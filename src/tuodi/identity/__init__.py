"""One person, one file."""

__all__ = []

"""Tuodi (托底): tells who is owed what under which article, and sees each of them through to payment.

The library floor: pure functions over tables. It knows no database, no clock and no network; every date
and every seed is an argument. Money is ``int64`` fen.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"

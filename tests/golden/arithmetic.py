"""The arithmetic of golden cases: ``(180000 - 300) * 70% = 125790.00``, in exact fractions, without the engine.

Enters: text. Leaves: ``Fraction``. Understands ``+ - * /``, ``%``, parentheses, ``min( )``, ``max( )`` and
``round( )`` (half-up to two decimals), and nothing else. Imports the standard library only.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from fractions import Fraction

__all__ = ["evaluate", "rounded", "sides"]

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def rounded(value: Fraction) -> Fraction:
    """Half-up to two decimals, away from zero."""
    sign = -1 if value < 0 else 1
    return sign * Fraction((abs(value) * 200 + 1) // 2, 100)


_FUNCTIONS: dict[str, Callable[..., Fraction]] = {"min": min, "max": max, "round": rounded}


def sides(line: str) -> tuple[str, str]:
    """Expression and value of one line."""
    left, equals, right = line.rpartition("=")
    if not equals or "=" in left:
        raise ValueError(f"{line!r} is not 'expression = value'")
    return left.strip(), right.strip()


def evaluate(expression: str) -> Fraction:
    """The exact value of an expression. Raises ``ValueError`` for anything outside the small language above."""
    text = _PERCENT.sub(r"(\1/100)", expression)
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise ValueError(f"{expression!r} cannot be read: {error.msg}") from error
    return _value(tree.body, text)


def _value(node: ast.expr, text: str) -> Fraction:
    if isinstance(node, ast.Constant):
        source = ast.get_source_segment(text, node) or ""
        if not _NUMBER.fullmatch(source):
            raise ValueError(f"{source!r} is not a number")
        return Fraction(source)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, text)
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left, text), _value(node.right, text)
        match node.op:
            case ast.Add():
                return left + right
            case ast.Sub():
                return left - right
            case ast.Mult():
                return left * right
            case ast.Div():
                return left / right
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS:
        values = [_value(argument, text) for argument in node.args]
        if node.keywords or not values or (node.func.id == "round" and len(values) != 1):
            raise ValueError(f"{ast.unparse(node)!r}: round( ) takes one number, min( ) and max( ) several")
        return _FUNCTIONS[node.func.id](*values)
    raise ValueError(f"{ast.unparse(node)!r} is not allowed here")

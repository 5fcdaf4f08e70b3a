"""Formulas of schedules, as `0.5 + 0.2*sin(2*pi*t/30)`, worked out without running any code.

The text is parsed as an expression of Python's grammar and walked; only numbers, names, operators and
functions of the tables below mean something, and all else is refused. Names are those of numexpr, which
Deforum uses.
"""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ....store.values.array_types import F64


TEXT_MOST = 1000
NODES_MOST = 300
_OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: np.fmod,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
    ast.BitAnd: np.logical_and,
    ast.BitOr: np.logical_or,
}
_FUNCTIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "sin": (1, np.sin),
    "cos": (1, np.cos),
    "tan": (1, np.tan),
    "arcsin": (1, np.arcsin),
    "arccos": (1, np.arccos),
    "arctan": (1, np.arctan),
    "arctan2": (2, np.arctan2),
    "sinh": (1, np.sinh),
    "cosh": (1, np.cosh),
    "tanh": (1, np.tanh),
    "exp": (1, np.exp),
    "expm1": (1, np.expm1),
    "log": (1, np.log),
    "log10": (1, np.log10),
    "log1p": (1, np.log1p),
    "sqrt": (1, np.sqrt),
    "abs": (1, np.abs),
    "floor": (1, np.floor),
    "ceil": (1, np.ceil),
    "where": (3, np.where),
}
_KNOWN = "numbers, t, max_f, pi, + - * / % **, comparisons, and " + ", ".join(_FUNCTIONS)


class FormulaError(ValueError):
    """An invalid formula, or one without a value."""


def evaluated(text: str, t: F64, frame_count: int) -> F64:
    """The values of a formula at frames t, float64 (n,).

    frame_count   how many frames there are: formulas may name the last one, max_f

    Raises FormulaError for what is not a formula of these tables, and where a value is not finite.
    """
    if len(text) > TEXT_MOST:
        raise FormulaError(f"a formula of more than {TEXT_MOST} characters")
    try:
        with warnings.catch_warnings():
            # Python's warnings about a text that only looks like Python are irrelevant.
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FormulaError(f"`{text.strip()}` is not a formula") from None
    if sum(1 for _ in ast.walk(tree)) > NODES_MOST:
        raise FormulaError(f"a formula of more than {NODES_MOST} parts")
    names = {"t": t, "max_f": float(frame_count - 1), "pi": np.pi}
    with np.errstate(all="ignore"):
        try:
            values = np.broadcast_to(np.asarray(_value(tree.body, names), np.float64), t.shape).copy()
        except (OverflowError, ZeroDivisionError):
            raise FormulaError(f"`{text.strip()}` has no finite value") from None
        except TypeError:
            raise FormulaError(f"`{text.strip()}` calculates with a comparison, which is no number") from None
    if not np.isfinite(values).all():
        first = int(t[~np.isfinite(values)][0])
        raise FormulaError(f"`{text.strip()}` has no finite value at frame {first}")
    return values


def _value(node: ast.AST, names: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=(int() | float()) as value) if not isinstance(value, bool):
            return np.float64(value)
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(left, names), _value(right, names))
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(operand, names))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(left, names), _value(right, names))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            count, function = _FUNCTIONS[name]
            if len(args) != count:
                raise FormulaError(f"{name} takes {count} value{'s' if count > 1 else ''}, not {len(args)}")
            return function(*(_value(arg, names) for arg in args))
    raise FormulaError(f"`{ast.unparse(node)[:60]}` is not known; a formula may hold {_KNOWN}")

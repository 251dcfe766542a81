"""The arithmetic of a worked example, taken from the SQL itself: the expression of a metric with the numbers of a row in the place of its columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

PARTS = ("numerator", "denominator", "value")
GRAIN = ("period_type", "period_start", "segment_name", "segment_value")
# what is longer is read in the SQL
LONGEST = 160
MOST_STEPS = 8
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Arithmetic:
    """The parts of a metric as expressions over numbers, each of which comes to what is expected."""

    numbers: Mapping[str, str]

    @classmethod
    def of(
        cls, sql: str, metric: str, expected: Mapping[str, Any], given: Sequence[Sequence[Mapping[str, Any]]]
    ) -> "Arithmetic | None":
        """The arithmetic of an expected row; None where no part of it is made of one given row of each table alone."""
        values = _values(expected, given)
        numbers = {}
        for part, expression in parts_of(sql, metric).items():
            if expected.get(part) is None:
                continue
            bound = _bound(expression, _steps(sql), values)
            if bound and _comes_to(bound, expected[part]) and len(text := _written(bound)) <= LONGEST:
                numbers[part] = text
        return cls(numbers) if numbers else None


def parts_of(sql: str, metric: str) -> dict[str, exp.Expression]:
    """The expressions of a metric's parts, without casts: of the select that names it."""
    for select in _selects(sql):
        named = {projection.alias_or_name: projection.unalias() for projection in select.selects}
        name = named.get("metric_name")
        if isinstance(name, exp.Literal) and name.this == metric:
            return {part: _without_casts(named[part]) for part in PARTS if part in named}
    return {}


def number(value: Any) -> str:
    """A number with thousands separators and no digit that says nothing."""
    exact = Decimal(str(value))
    return f"{exact.quantize(1) if exact == exact.to_integral() else exact.normalize():,f}"


@cache
def _selects(sql: str) -> list[exp.Select]:
    return list(sqlglot.parse_one(sql, dialect="duckdb").find_all(exp.Select)) if sql else []


@cache
def _steps(sql: str) -> dict[str, exp.Expression]:
    """How the columns of a query are worked out, where that is said once."""
    found: dict[str, set[exp.Expression]] = {}
    for select in _selects(sql):
        for projection in select.selects:
            made, name = _without_casts(projection.unalias()), projection.alias_or_name
            if not (isinstance(made, exp.Column) and made.name == name) and not isinstance(made, exp.Star):
                found.setdefault(name, set()).add(made)
    return {name: next(iter(ways)) for name, ways in found.items() if len(ways) == 1}


def _rewritten(expression: exp.Expression, rule: Callable[[exp.Expression], exp.Expression]) -> exp.Expression:
    """The expression after a rule has been applied to all of it, and to what came of that."""
    for _ in range(MOST_STEPS):
        before, expression = expression, expression.transform(rule)
        if before == expression:
            break
    return expression


def _without_casts(expression: exp.Expression) -> exp.Expression:
    bare = _rewritten(expression, lambda node: _in_brackets(node.this) if isinstance(node, exp.Cast) else node)
    while isinstance(bare, exp.Paren):
        bare = bare.this
    return bare


def _in_brackets(expression: exp.Expression) -> exp.Expression:
    """A sum or product in the place of one value."""
    return exp.Paren(this=expression.copy()) if isinstance(expression, exp.Binary) else expression


def _values(expected: Mapping[str, Any], given: Sequence[Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """The numbers of the one given row that has the grain of the expected one; of several such rows nothing is said."""
    found: dict[str, Any] = {}
    for rows in given:
        fitting = [
            row
            for row in rows
            if all(str(row[name]) == str(expected[name]) for name in GRAIN if name in row and name in expected)
            and any(name in row for name in GRAIN)
        ]
        if len(fitting) == 1:
            found |= {name: value for name, value in fitting[0].items() if name not in GRAIN and name not in found}
    return {name: value for name, value in found.items() if _is_number(value)}


def _is_number(value: Any) -> bool:
    try:
        return value is not None and not isinstance(value, bool) and Decimal(str(value)).is_finite()
    except ArithmeticError:
        return False


def _bound(
    expression: exp.Expression, steps: Mapping[str, exp.Expression], values: Mapping[str, Any]
) -> exp.Expression | None:
    """The expression over numbers; None where it has none to begin with, or a column that is neither given nor worked out of given ones."""

    def bind(node: exp.Expression) -> exp.Expression:
        if not isinstance(node, exp.Column):
            return node
        if node.name in values:
            return exp.Literal.number(str(values[node.name]))
        return _in_brackets(steps[node.name]) if node.name in steps else node

    if not expression.find(exp.Column):
        return None
    bound = _rewritten(expression, bind)
    return None if bound.find(exp.Column, exp.Select) else _rewritten(bound, _applied)


def _applied(node: exp.Expression) -> exp.Expression:
    """Of several cases the one that applies; a denominator without the words that guard it."""
    if isinstance(node, exp.Nullif) and node.expression.sql() == "0":
        return node.this
    if isinstance(node, exp.Case) and not node.this:
        for case in node.args["ifs"]:
            if _calculated(case.this):
                return _in_brackets(case.args["true"])
        return _in_brackets(node.args["default"]) if node.args.get("default") else exp.Null()
    return node


def _comes_to(bound: exp.Expression, expected: Any) -> bool:
    """Whether an expression over numbers is what the example expects."""
    result = _calculated(exp.cast(bound.copy(), "double", dialect="duckdb"))
    return result is not None and abs(result - float(expected)) <= TOLERANCE * max(1, abs(float(expected)))


def _calculated(expression: exp.Expression) -> Any:
    """What DuckDB makes of an expression without columns; nothing where it cannot."""
    try:
        return _calculator().execute(f"select {expression.sql('duckdb')}").fetchone()[0]
    except duckdb.Error:
        return None


@cache
def _calculator() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _written(bound: exp.Expression) -> str:
    """An expression with numbers as people write them, and no brackets around one."""

    def rule(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Paren) and isinstance(node.this, exp.Literal | exp.Var | exp.Paren):
            return node.this
        return exp.Var(this=number(node.this)) if isinstance(node, exp.Literal) and not node.is_string else node

    text = _rewritten(bound, rule)
    while isinstance(text, exp.Paren):
        text = text.this
    return text.sql("duckdb")

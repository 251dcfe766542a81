"""The arithmetic of a worked example, taken from the SQL itself: the expression of a metric with the numbers of a row in the place of its columns."""

from collections.abc import Mapping, Sequence
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
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Arithmetic:
    """The parts of a metric as expressions over its columns, and the same with numbers; each one that comes to what is expected."""

    expressions: Mapping[str, str]
    numbers: Mapping[str, str]

    @classmethod
    def of(
        cls, sql: str, metric: str, expected: Mapping[str, Any], given: Sequence[Sequence[Mapping[str, Any]]]
    ) -> "Arithmetic | None":
        """The arithmetic of an expected row; None where no part of it is made of one given row alone."""
        values = _values(expected, given)
        expressions, numbers = {}, {}
        for part, expression in parts_of(sql, metric).items():
            if expected.get(part) is None:
                continue
            columns = list(expression.find_all(exp.Column))
            if not columns or any(column.name not in values for column in columns):
                continue
            if not _comes_to(expression, values, expected[part]):
                continue
            written = _written(expression, values)
            if len(written) <= LONGEST:
                expressions[part], numbers[part] = expression.sql("duckdb"), written
        return cls(expressions, numbers) if numbers else None


def parts_of(sql: str, metric: str) -> dict[str, exp.Expression]:
    """The expressions of a metric's parts, without casts: of the select that names it."""
    for select in _selects(sql):
        named = {projection.alias_or_name: projection.unalias() for projection in select.selects}
        name = named.get("metric_name")
        if isinstance(name, exp.Literal) and name.this == metric:
            return {part: _without_casts(named[part]) for part in PARTS if part in named}
    return {}


@cache
def _selects(sql: str) -> list[exp.Select]:
    return list(sqlglot.parse_one(sql, dialect="duckdb").find_all(exp.Select)) if sql else []


def _without_casts(expression: exp.Expression) -> exp.Expression:
    bare = expression.copy().transform(lambda node: node.this if isinstance(node, exp.Cast) else node)
    while isinstance(bare, exp.Paren):
        bare = bare.this
    return bare


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


@cache
def _calculator() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _comes_to(expression: exp.Expression, values: Mapping[str, Any], expected: Any) -> bool:
    """Whether the expression over these numbers is what the example expects."""
    bound = expression.transform(
        lambda node: exp.Literal.number(str(values[node.name])) if isinstance(node, exp.Column) else node
    )
    try:
        result = _calculator().execute(f"select cast({bound.sql('duckdb')} as double)").fetchone()[0]
    except duckdb.Error:
        return False
    return result is not None and abs(result - float(expected)) <= TOLERANCE * max(1, abs(float(expected)))


def _written(expression: exp.Expression, values: Mapping[str, Any]) -> str:
    """The expression with numbers as people write them."""
    return expression.transform(
        lambda node: exp.Var(this=number(values[node.name])) if isinstance(node, exp.Column) else node
    ).sql("duckdb")


def number(value: Any) -> str:
    """A number with thousands separators and no digit that says nothing."""
    exact = Decimal(str(value))
    return f"{exact.quantize(1) if exact == exact.to_integral() else exact.normalize():,f}"

"""One company on two engines: every cell of every table in schema marts."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Query = Callable[[str], list[tuple]]
COLUMNS = (
    "select table_name, column_name, data_type from information_schema.columns where table_schema = 'marts'"
    " order by table_name, ordinal_position"
)
KINDS = {
    "varchar": "text",
    "character varying": "text",
    "bigint": "integer",
    "hugeint": "integer",
    "double": "double precision",
    "timestamp without time zone": "timestamp",
    # of Spark
    "string": "text",
    "int": "integer",
    "timestamp_ntz": "timestamp",
}
# when a build was made and recorded a row, and by which packages, differs by nature
OF_THE_BUILD = ("built_at", "recorded_at", "code_fingerprint")
Columns = Mapping[str, Sequence[tuple[str, str]]]


@dataclass
class Comparison:
    """What was compared, and what was found to differ, in words."""

    found: list[str] = field(default_factory=list)
    marts: int = 0
    cells: int = 0


def columns_of(query: Query) -> dict[str, list[tuple[str, str]]]:
    """By mart its columns and what kind of values they hold."""
    tables: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in query(COLUMNS):
        tables.setdefault(table, []).append((column, kind_of(kind.lower())))
    return tables


def kind_of(kind: str) -> str:
    """One name for what the engines call a type."""
    if kind.startswith(("decimal", "numeric")):
        return "decimal"
    return KINDS.get(kind, kind)


def differences(
    one: Query, other: Query, names: tuple[str, str] = ("DuckDB", "PostgreSQL"), without: Collection[str] = ()
) -> list[str]:
    """What differs, in words: see `compared`."""
    return compared(one, other, columns_of(one), names, without).found


def compared(
    one: Query,
    other: Query,
    tables: Columns,
    names: tuple[str, str] = ("DuckDB", "PostgreSQL"),
    without: Collection[str] = (),
) -> Comparison:
    """Money, counts, dates and texts exactly, floating numbers to nine digits, JSON as parsed. Both are asked by the names of these columns."""
    assert {"metrics", "customer_periods", "rejected_rows"} <= tables.keys()
    result = Comparison()
    for table in sorted(tables.keys() - set(without)):
        columns = [column for column in tables[table] if column[0] not in OF_THE_BUILD]
        # floating numbers may differ in the last digit, so that they must not decide the order
        listed = ", ".join(f'"{name}"' for name, _ in columns)
        exact = [position for position, (_, kind) in enumerate(columns) if kind != "double precision"]
        sides = [
            sorted(
                ([_plain(value) for value in row] for row in query(f"select {listed} from marts.{table}")),
                key=lambda row: _order(row, exact),
            )
            for query in (one, other)
        ]
        if len(sides[0]) != len(sides[1]):
            result.found.append(f"{table}: {len(sides[0])} rows on {names[0]}, {len(sides[1])} on {names[1]}")
            continue
        result.marts += 1
        result.cells += len(sides[0]) * len(columns)
        wrong = [pair for pair in zip(*sides, strict=True) if not all(map(_same, *pair))]
        if wrong:
            result.found.append(f"{table}: {len(wrong)} of {len(sides[0])} rows differ")
            result.found += [f"    {names[0]} {ours}\n    {names[1]} {theirs}" for ours, theirs in wrong[:3]]
    return result


def _plain(value: Any) -> Any:
    """One form for what both engines mean."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.dumps(json.loads(value), sort_keys=True)
        except ValueError:
            return value
    if isinstance(value, (dict, list)):
        return json.dumps(value, sort_keys=True)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return value
    return Decimal(value).normalize()


def _order(row: list[Any], exact: list[int]) -> list[tuple[bool, str]]:
    return [(row[position] is None, str(row[position])) for position in exact]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return one == other

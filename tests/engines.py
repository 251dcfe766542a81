"""One company on two engines: every cell of every table in schema marts."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
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
# the rows of metrics once more, as the semantic layer reads them
OF_METRICS = {"metric_cells"}
Columns = Mapping[str, Sequence[tuple[str, str]]]
# in which JSON may come
TEXTS = {str, dict, list}


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
    for table in sorted(tables.keys() - set(without) - OF_METRICS):
        columns = [column for column in tables[table] if column[0] not in OF_THE_BUILD]
        listed = ", ".join(f'"{name}"' for name, _ in columns)
        kinds = [kind for _, kind in columns]
        ours, theirs = (
            _by_what_is_exact(query(f"select {listed} from marts.{table}"), kinds) for query in (one, other)
        )
        counts = [sum(map(len, side.values())) for side in (ours, theirs)]
        if counts[0] != counts[1]:
            result.found.append(f"{table}: {counts[0]} rows on {names[0]}, {counts[1]} on {names[1]}")
            continue
        result.marts += 1
        result.cells += counts[0] * len(columns)
        wrong = [key for key, rows in ours.items() if not _same(rows, theirs.get(key, []))]
        wrong += [key for key in theirs if key not in ours]
        if wrong:
            count = max(sum(len(side.get(key, [])) for key in wrong) for side in (ours, theirs))
            result.found.append(f"{table}: {count} of {counts[0]} rows differ")
            for key in sorted(wrong, key=str)[:6]:
                result.found += [
                    f"    {name} {dict(zip([name for name, _ in columns], _in_order(key, floats, kinds), strict=True))}"
                    for name, side in zip(names, (ours, theirs), strict=True)
                    for floats in side.get(key, [])[:3]
                ]
    return result


def _by_what_is_exact(rows: list[tuple], kinds: list[str]) -> dict[tuple, list[tuple]]:
    """By the exact values of a row its floating numbers, which may differ in the last digit; rows may come twice."""
    exact = [position for position, kind in enumerate(kinds) if kind != "double precision"]
    floating = [position for position, kind in enumerate(kinds) if kind == "double precision"]
    found: dict[tuple, list[tuple]] = {}
    for row in rows:
        # equal numbers are one key, whatever their kind: a decimal with zeros at its end, a whole number
        key = tuple(_plain(value) if type(value) in TEXTS else value for value in (row[at] for at in exact))
        found.setdefault(key, []).append(tuple(row[at] for at in floating))
    return found


def _in_order(key: tuple, floats: tuple, kinds: list[str]) -> list[Any]:
    exact, floating = iter(key), iter(floats)
    return [next(floating) if kind == "double precision" else next(exact) for kind in kinds]


def _same(ours: list[tuple], theirs: list[tuple]) -> bool:
    if ours == theirs:
        return True
    pairs = zip(sorted(ours, key=_order), sorted(theirs, key=_order), strict=False)
    return len(ours) == len(theirs) and all(
        one == other
        or (one is not None and other is not None and math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12))
        for pair in pairs
        for one, other in zip(*pair, strict=True)
    )


def _order(floats: tuple) -> list[tuple[bool, float]]:
    return [(value is None, value or 0.0) for value in floats]


def _plain(value: Any) -> Any:
    """One form for JSON that both engines mean alike."""
    if isinstance(value, str):
        if value[:1] not in ("{", "["):
            return value
        try:
            return json.dumps(json.loads(value), sort_keys=True)
        except ValueError:
            return value
    return json.dumps(value, sort_keys=True)

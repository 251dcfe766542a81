"""What every macro of macros/portable owes, the same on each engine: its calls, the values that they are given, what must come of them.

The expected values come from the definitions: written by hand, or worked out here with Python's calendar, fractions and json. Nothing here imports
an adapter or a driver: the tests of an engine hand over how to ask it.

    sql = compiled({"DBT_TARGET": "duckdb", ...})
    faults("DuckDB", query, sql)  # a sentence for each case that fails
"""

from __future__ import annotations

import calendar
import json
import os
import random
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

PROJECT = Path(__file__).resolve().parents[1]
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


# the forms of a case


@dataclass(frozen=True, eq=False)
class Table:
    """A call on columns, and rows of them: the values in the order of the columns, then what is expected."""

    jinja: str
    columns: Mapping[str, str]
    rows: Sequence[tuple]
    zone: str = "UTC"


@dataclass(frozen=True, eq=False)
class Query:
    """A query, and its rows in their order; those of one column as plain values."""

    jinja: str
    expected: Sequence[Any]
    zone: str = "UTC"


@dataclass(frozen=True)
class Today:
    """The day in a zone: that of when the cases were made, or of when they are compared."""

    zone: str
    made: datetime

    def __eq__(self, other: object) -> bool:
        return other in (self.made.date(), datetime.now(ZoneInfo(self.zone)).date())

    @classmethod
    def of(cls, zone: str) -> Today:
        return cls(zone, datetime.now(ZoneInfo(zone)))


def text(value: str) -> str:
    """A text as SQL that every engine reads alike: what some escape comes from chr()."""
    pieces = re.findall(r"[\x00-\x1f\x7f'\\]|[^\x00-\x1f\x7f'\\]+", value)
    special = re.compile(r"[\x00-\x1f\x7f'\\]")
    return " || ".join(f"chr({ord(one)})" if special.match(one) else f"'{one}'" for one in pieces) or "''"


def literal(value: Any, kind: str) -> str:
    """A value of a column as SQL."""
    if kind == "text":
        # the name of the type of a text is not the same everywhere
        return "cast(null as varchar)" if value is None else text(value)
    return f"cast({'null' if value is None else text(str(value))} as {kind})"


def relation(name: str, columns: Mapping[str, str], rows: Sequence[tuple]) -> str:
    """Rows as a relation of that name."""
    kinds = columns.values()
    # a row may go on with what is expected of it
    lines = ",\n    ".join(f"({', '.join(map(literal, row, kinds))})" for row in rows)
    return f"(values\n    {lines}\n) as {name} ({', '.join(columns)})"


# Python's own arithmetic


def moved(day: date, months: int) -> date:
    """So many months later; the day that the month lacks is its last."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def rounded(value: Fraction, places: int = 10) -> Decimal:
    """Half away from zero."""
    units = int(abs(value) * 10**places + Fraction(1, 2))
    return Decimal(f"{units if value >= 0 else -units}E-{places}")


def share(a: Any, b: Any, times: Any = 1) -> Decimal | None:
    """a x times / b."""
    return rounded(Fraction(a) * Fraction(times) / Fraction(b)) if b else None


def amounts(seed: int, rows: int, *sizes: tuple[int, int]) -> list[tuple[Decimal, ...]]:
    """Decimals of ten places, up to so many digits before the point; few if they may be small."""
    chance = random.Random(seed)
    return [
        tuple(Decimal(f"{chance.randint(low, 10 ** (chance.randint(1, digits) + 10))}E-10") for low, digits in sizes)
        for _ in range(rows)
    ]


D = Decimal
MONEY, WHOLE = "decimal(38, 10)", "decimal(38, 0)"
A_DAY, AN_INSTANT = {"day": "date"}, {"instant": "timestamp"}
A_TEXT = {"t": "text"}

# macros/portable/aggregates.sql

FLAGS = relation(
    "flags",
    {"g": "integer", "c": "boolean"},
    [(1, True), (1, False), (1, None), (2, False), (2, False), (3, None), (3, None), (4, None), (4, True), (5, True)],
)
any_true = [
    Query(
        "select {{ any_true('c') }} as value from " + FLAGS + " group by g order by g", [True, False, False, True, True]
    ),
    Query("select {{ any_true('g > 4') }} as value from " + FLAGS, [True]),
    # no row at all
    Query("select {{ any_true('c') }} as value from " + FLAGS + " where g > 9", [False]),
]
count_where = [
    Query("select {{ count_where('c') }} as value from " + FLAGS + " group by g order by g", [1, 0, 0, 1, 1]),
    Query("select {{ count_where('not c') }} as value from " + FLAGS + " group by g order by g", [1, 2, 0, 0, 0]),
    Query("select {{ count_where('c or g = 3') }} as value from " + FLAGS, [5]),
    Query("select {{ count_where('c') }} as value from " + FLAGS + " where g > 9", [0]),
]

# macros/portable/dates.sql

DAYS = [
    date(2024, 1, 31),
    date(2023, 1, 31),
    date(2024, 2, 29),
    date(2023, 2, 28),
    date(2024, 3, 31),
    date(1999, 12, 1),
]
add_months = [
    Table(
        "{{ add_months('day', 'months') }}",
        {"day": "date", "months": "integer"},
        [
            (date(2024, 1, 31), 1, date(2024, 2, 29)),
            (date(2023, 1, 31), 1, date(2023, 2, 28)),
            (date(2024, 3, 31), -1, date(2024, 2, 29)),
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2024, 2, 29), -12, date(2023, 2, 28)),
            (date(2024, 2, 29), 48, date(2028, 2, 29)),
            (date(1900, 1, 31), 1, date(1900, 2, 28)),
            (date(2000, 1, 31), 1, date(2000, 2, 29)),
            # a clamped day stays clamped
            (date(2024, 2, 29), 1, date(2024, 3, 29)),
            (date(1, 1, 31), 1, date(1, 2, 28)),
            (date(1, 3, 31), -1, date(1, 2, 28)),
            (date(9999, 11, 30), 1, date(9999, 12, 30)),
            (date(9999, 12, 31), -1, date(9999, 11, 30)),
            (date(9999, 12, 31), 0, date(9999, 12, 31)),
            (None, 1, None),
            (date(2024, 1, 31), None, None),
            *((day, months, moved(day, months)) for day in DAYS for months in (-25, -12, -11, -2, 2, 5, 11, 13, 600)),
        ],
    ),
    Table("{{ add_months('day', -1) }}", A_DAY, [(day, moved(day, -1)) for day in DAYS]),
    Table(
        "{{ add_months('day', 'years * 12') }}",
        {"day": "date", "years": "bigint"},
        [(date(2024, 2, 29), 1, date(2025, 2, 28)), (date(2024, 2, 29), -4, date(2020, 2, 29))],
    ),
]
add_days = [
    Table(
        "{{ add_days('day', 'days') }}",
        {"day": "date", "days": "integer"},
        [
            (date(2024, 2, 28), 1, date(2024, 2, 29)),
            (date(2023, 2, 28), 1, date(2023, 3, 1)),
            (date(2024, 3, 1), -1, date(2024, 2, 29)),
            (date(2023, 12, 31), 1, date(2024, 1, 1)),
            # days of 23 and of 25 hours in many zones
            (date(2024, 3, 30), 2, date(2024, 4, 1)),
            (date(2024, 10, 26), 2, date(2024, 10, 28)),
            (date(1, 1, 1), 0, date(1, 1, 1)),
            (date(1, 1, 1), 3652058, date(9999, 12, 31)),
            (date(9999, 12, 31), -3652058, date(1, 1, 1)),
            (None, 1, None),
            (date(2024, 1, 31), None, None),
        ],
    ),
    Table("{{ add_days('day', 30) }}", A_DAY, [(day, day + timedelta(days=30)) for day in DAYS]),
]
days_between = [
    Table(
        "{{ days_between('a', 'b') }}",
        {"a": "date", "b": "date"},
        [
            (date(2024, 2, 28), date(2024, 3, 1), 2),
            (date(2023, 2, 28), date(2023, 3, 1), 1),
            (date(2024, 3, 1), date(2024, 2, 28), -2),
            (date(2024, 1, 1), date(2024, 1, 1), 0),
            (date(2024, 1, 1), date(2025, 1, 1), 366),
            (date(1, 1, 1), date(9999, 12, 31), 3652058),
            (date(9999, 12, 31), date(1, 1, 1), -3652058),
            (date(1582, 10, 4), date(1582, 10, 15), 11),
            (None, date(2024, 1, 1), None),
            (date(2024, 1, 1), None, None),
        ],
    ),
]
months_between = [
    Table(
        "{{ months_between('a', 'b') }}",
        {"a": "date", "b": "date"},
        [
            (date(2024, 1, 31), date(2024, 2, 1), 1),
            (date(2024, 1, 1), date(2024, 1, 31), 0),
            (date(2024, 2, 1), date(2024, 1, 31), -1),
            (date(2023, 12, 31), date(2024, 1, 1), 1),
            (date(2024, 1, 1), date(2023, 12, 31), -1),
            (date(2020, 2, 29), date(2024, 2, 29), 48),
            (date(1, 1, 1), date(9999, 12, 31), 9998 * 12 + 11),
            (date(9999, 12, 31), date(1, 1, 1), -9998 * 12 - 11),
            (None, date(2024, 1, 1), None),
            (date(2024, 1, 1), None, None),
        ],
    ),
]
month_of = [
    Table(
        "{{ month_of('day') }}",
        A_DAY,
        [(day, day and day.replace(day=1)) for day in (*DAYS, date(1, 1, 31), date(9999, 12, 31), None)],
    ),
]
numbers = [
    Query("select n as value from ({{ numbers('0') }}) as numbers order by n", [0]),
    Query("select n as value from ({{ numbers('5') }}) as numbers order by n", [0, 1, 2, 3, 4, 5]),
    Query("select n as value from ({{ numbers('-1') }}) as numbers order by n", []),
    Query(
        "select count(*) as value, min(n), max(n), sum(n) from ({{ numbers('20000') }}) as numbers",
        [(20001, 0, 20000, 200010000)],
    ),
    Query(
        "with days as (select cast('2024-02-28' as date) as day union all select cast('2024-03-01' as date))"
        " select n as value from ({{ numbers('select coalesce(max(extract(day from day)), 0) - 26 from days') }}) as numbers order by n",
        [0, 1, 2],
    ),
    # its numbers move dates
    Query(
        "select {{ add_months(\"cast('2023-11-30' as date)\", 'n') }} as value from ({{ numbers('3') }}) as numbers order by n",
        [date(2023, 11, 30), date(2023, 12, 30), date(2024, 1, 30), date(2024, 2, 29)],
    ),
]
iso_weekday = [
    Table(
        "{{ iso_weekday('day') }}",
        A_DAY,
        [
            *((date(2024, 1, number), number) for number in range(1, 8)),
            (date(2024, 2, 29), 4),
            (date(2024, 12, 29), 7),
            (date(1970, 1, 1), 4),
            (date(1, 1, 1), 1),
            (date(9999, 12, 31), 5),
            (None, None),
        ],
    ),
]
forever = [Query("select {{ forever() }} as value", [date(9999, 12, 31)])]

# macros/portable/durations.sql

seconds_between = [
    Table(
        "{{ seconds_between('a', 'b') }}",
        {"a": "timestamp", "b": "timestamp"},
        [
            (datetime(2024, 1, 1), datetime(2024, 1, 1), 0),
            (datetime(2024, 1, 1), datetime(2024, 1, 1, 0, 0, 0, 1), D("0.000001")),
            (datetime(2024, 1, 1, 0, 0, 0, 1), datetime(2024, 1, 1), D("-0.000001")),
            (datetime(2024, 1, 1), datetime(2024, 1, 2), 86400),
            (datetime(2024, 1, 2), datetime(2024, 1, 1), -86400),
            (datetime(2024, 2, 28, 23, 59, 59, 999999), datetime(2024, 3, 1), D("86400.000001")),
            # instants are UTC: no clock changes
            (datetime(2024, 3, 31), datetime(2024, 4, 1), 86400),
            (datetime(1969, 12, 31, 23, 59, 59, 500000), datetime(1970, 1, 1, 0, 0, 0, 250000), D("0.75")),
            (datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999), D("315537897599.999999")),
            (datetime(9999, 12, 31, 23, 59, 59, 999999), datetime(1, 1, 1), D("-315537897599.999999")),
            (None, datetime(2024, 1, 1), None),
            (datetime(2024, 1, 1), None, None),
        ],
    ),
]

# macros/portable/exact_money.sql

LARGEST = 10**38 - 1


def whole(a: str, b: str, macro: str) -> str:
    """A call on two whole numbers of up to 38 digits, of the type that `scaled` gives."""
    return f"{{{{ {macro}(scaled('{a}', 0), scaled('{b}', 0)) }}}}"


scaled = [
    Table(
        "{{ scaled('x', 10) }}",
        {"x": MONEY},
        [
            ("0", 0),
            ("1", 10**10),
            ("-1", -(10**10)),
            ("0.0000000001", 1),
            ("-0.0000000001", -1),
            ("99999.9999999999", 999999999999999),
            ("-99999.9999999999", -999999999999999),
            ("100000", 10**15),
            ("-100000.0000000001", -(10**15) - 1),
            ("123456789.0123456789", 1234567890123456789),
            ("999999999999999999.9999999999", 10**28 - 1),
            ("-999999999999999999.9999999999", 1 - 10**28),
            (None, None),
            *((x, int(x.scaleb(10))) for (x,) in amounts(1, 20, (-(10**15), 5))),
        ],
    ),
    Table(
        "{{ scaled('x', 6) }}",
        {"x": MONEY},
        [
            ("1.5", 1500000),
            ("0.0000005", 1),
            ("-0.0000005", -1),
            ("0.0000004999", 0),
            ("-0.0000004999", 0),
            ("0.0000015", 2),
            ("0.0000025", 3),
            ("-0.0000025", -3),
            ("100000.0000005", 100000000001),
            (None, None),
        ],
    ),
    Table("{{ scaled('x', 0) }}", {"x": MONEY}, [("2.5", 3), ("-2.5", -3), ("0.5", 1), ("-0.4999999999", 0), ("7", 7)]),
    Table("{{ scaled('x', 0) }}", {"x": WHOLE}, [(LARGEST, LARGEST), (-LARGEST, -LARGEST), (0, 0)]),
]
sign_of = [
    Table(
        "{{ sign_of('x') }}",
        {"x": MONEY},
        [("1.5", 1), ("-1.5", -1), ("0.0000000001", 1), ("-0.0000000001", -1), ("0", 0), (None, None)],
    ),
    Table("{{ sign_of('x') }}", {"x": "bigint"}, [(2**63 - 1, 1), (1 - 2**63, -1), (0, 0), (None, None)]),
    Table("{{ sign_of(scaled('x', 0)) }}", {"x": WHOLE}, [(LARGEST, 1), (-LARGEST, -1), (0, 0)]),
    Table("{{ sign_of('cast(x as double precision)') }}", {"x": MONEY}, [("0.25", 1), ("-0.0000000001", -1), ("0", 0)]),
]
rounded_quotient = [
    Table(
        whole("a", "b", "rounded_quotient"),
        {"a": WHOLE, "b": WHOLE},
        [
            (5, 2, D("3e-10")),
            (-5, 2, D("-3e-10")),
            (1, 2, D("1e-10")),
            (-1, 2, D("-1e-10")),
            (1, 3, 0),
            (-1, 3, 0),
            (2, 3, D("1e-10")),
            (-2, 3, D("-1e-10")),
            (0, 7, 0),
            (10**10, 1, 1),
            (1, LARGEST // 3, 0),
            # twice a and b are just 38 digits long
            ((LARGEST - 1) // 2, 1, D(f"{(LARGEST - 1) // 2}e-10")),
            (-(LARGEST - 1) // 2, 1, D(f"{-(LARGEST - 1) // 2}e-10")),
            (10**36, 7, rounded(Fraction(10**36, 7 * 10**10))),
            (-(10**37), 10**19 + 3, rounded(Fraction(-(10**37), (10**19 + 3) * 10**10))),
            (5, 0, None),
            (0, 0, None),
            (-5, 0, None),
            (5, None, None),
            (None, 5, None),
        ],
    ),
    Table(
        "{{ rounded_quotient('a', 'b') }}",
        {"a": "bigint", "b": "bigint"},
        [
            (5, 2, D("3e-10")),
            (-7, 2, D("-4e-10")),
            (10**12, 3, D("33.3333333333")),
            (10**18, 7, D("14285714.2857142857")),
        ],
    ),
]
integer_quotient = [
    Table(
        "{{ integer_quotient('a', 'b') }}",
        {"a": "bigint", "b": "bigint"},
        [
            (7, 2, 3),
            (6, 2, 3),
            (1, 2, 0),
            (0, 5, 0),
            (2**63 - 1, 1, 2**63 - 1),
            (2**63 - 1, 10, 922337203685477580),
            (2**63 - 1, 2**63 - 1, 1),
            (None, 5, None),
            (5, None, None),
        ],
    ),
    Table(
        "{{ integer_quotient('a + 1', 'b - 1') }}", {"a": "integer", "b": "integer"}, [(6, 3, 3), (2, 3, 1), (0, 2, 1)]
    ),
    Table(
        whole("a", "b", "integer_quotient"),
        {"a": WHOLE, "b": WHOLE},
        [
            (LARGEST, 1, LARGEST),
            (LARGEST, 7, LARGEST // 7),
            (LARGEST, 10**20 + 1, LARGEST // (10**20 + 1)),
            (1, LARGEST, 0),
        ],
    ),
]
QUOTIENTS = random.Random(2)
large_quotient = [
    Table(
        whole("a", "b", "large_quotient"),
        {"a": WHOLE, "b": WHOLE},
        [
            *(
                (a, b, a // b)
                for a, b in (
                    (0, 1),
                    (7, 2),
                    (1, LARGEST),
                    (LARGEST, 1),
                    (LARGEST, 2),
                    (LARGEST, 3),
                    (LARGEST, LARGEST),
                    (LARGEST - 1, LARGEST),
                    (LARGEST, 10**19),
                    (LARGEST, 10**23 - 1),
                    (10**18 - 1, 10**18 - 1),
                    (10**18, 10**18 - 1),
                    (10**18 - 1, 10**18),
                    (10**18, 3),
                    (2**63, 2**62 + 1),
                )
            ),
            # just below, at and just above a multiple, where a quotient of floating numbers does not tell
            *(
                (b * quotient + more, b, quotient - (more < 0))
                for b, quotient in (
                    (QUOTIENTS.randint(10**18, 10**22), QUOTIENTS.randint(10, 10 ** QUOTIENTS.randint(2, 15)))
                    for _ in range(15)
                )
                for more in (-1, 0, 1)
            ),
            (None, 5, None),
            (5, None, None),
        ],
    ),
]
proportion = [
    Table(
        "{{ proportion('x', 'y', 'z') }}",
        {"x": MONEY, "y": MONEY, "z": MONEY},
        [
            ("10", "1", "3", D("3.3333333333")),
            ("-10", "1", "3", D("-3.3333333333")),
            ("20", "1", "3", D("6.6666666667")),
            ("10", "-2", "3", D("-6.6666666667")),
            ("0.0000000001", "1", "2", D("0.0000000001")),
            ("-0.0000000001", "1", "2", D("-0.0000000001")),
            ("0.0000000001", "0.4999999999", "1", 0),
            ("5", "0", "3", 0),
            ("5", "3", "0", None),
            ("0", "0", "0", None),
            (None, "1", "1", None),
            ("1", None, "1", None),
            ("1", "1", None, None),
            # the longest product
            ("100000000", "100000000", "0.0000000001", D("1e26")),
            *((x, y, z, share(x, z, y)) for x, y, z in amounts(3, 40, (-(10**15), 8), (-(10**15), 8), (1, 8))),
        ],
    ),
]
converted = [
    Table(
        "{{ converted('amount', 'rate') }}",
        {"amount": MONEY, "rate": MONEY},
        [
            ("10.5", "1", D("10.5")),
            ("-10.5", "1", D("-10.5")),
            ("9999999999999999999999999999.9999999999", "1", D("9999999999999999999999999999.9999999999")),
            ("0.0000000001", "0.5", D("0.0000000001")),
            ("-0.0000000001", "0.5", D("-0.0000000001")),
            ("0.0000000001", "0.4999999999", 0),
            ("19.99", "1.0834567891", rounded(Fraction("19.99") * Fraction("1.0834567891"))),
            ("100000000000000", "1234.5", D("123450000000000000")),
            ("19.99", "0", 0),
            (None, "1", None),
            (None, "2", None),
            ("1", None, None),
            *((x, rate, share(x, 1, rate)) for x, rate in amounts(4, 30, (-(10**18), 10), (1, 4))),
        ],
    ),
]
fraction = [
    Query(f"select '{{{{ fraction({value}) | join(\"/\") }}}}' as value", [expected])
    for value, expected in (
        ('"52/12"', "52/12"),
        ('"365/12"', "365/12"),
        ("4.345", "4345/1000"),
        ('"4.345"', "4345/1000"),
        ("30", "30/1"),
        ('" 1 / 3 "', "1/3"),
        ('"0.5/1.25"', "500/1250"),
    )
]
share_of = [
    Table(
        "{{ share_of('amount', 'part', 'whole') }}",
        {"amount": MONEY, "part": MONEY, "whole": MONEY},
        [
            ("100", "1", "3", D("33.3333333333")),
            ("100", "2", "3", D("66.6666666667")),
            ("100", "-2", "3", D("-66.6666666667")),
            ("100", "2", "-3", D("-66.6666666667")),
            ("100", "-2", "-3", D("66.6666666667")),
            ("0.0000000001", "1", "2", D("0.0000000001")),
            ("0.0000000001", "-1", "2", D("-0.0000000001")),
            ("0.0000000001", "4999", "10000", 0),
            ("0", "1", "3", 0),
            ("100", "0", "3", 0),
            ("100", "1", "0", None),
            ("0", "0", "0", None),
            (None, "1", "3", None),
            ("1", None, "3", None),
            ("1", "1", None, None),
            # the product of amount and part passes 10^17 by far
            ("10000000000000", "10000000000000", "30000000000000", D("3333333333333.3333333333")),
            ("98765432109876.5432109877", "12345678901234.5678901235", "99999999999999.9999999999",
             share("98765432109876.5432109877", Fraction("99999999999999.9999999999"), "12345678901234.5678901235")),
            *(
                (amount, part, full, share(amount, full, part))
                for amount, part, full in amounts(5, 40, (0, 13), (-(10**20), 13), (10**10, 14))
            ),
        ],
    ),
]  # fmt: skip
share_of_whole = [
    Table(
        whole("a", "b", "share_of_whole"),
        {"a": WHOLE, "b": WHOLE},
        [
            (1, 3, D("0.3333333333")),
            (2, 3, D("0.6666666667")),
            (0, 3, 0),
            (3, 3, 1),
            (1, 2 * 10**10, D("0.0000000001")),
            (1, 2 * 10**10 + 1, 0),
            (0, 0, None),
            (None, 3, None),
            (0, None, None),
            (10**32, 3 * 10**32, D("0.3333333333")),
            (10**32 - 1, 10**32, 1),
            (12345678901234567890123456789012, 98765432109876543210987654321098, D("0.1249999989")),
        ],
    ),
]
share_of_score = [
    Table(
        "{{ share_of_score('share_units', 'score_units') }}",
        {"share_units": "bigint", "score_units": "bigint"},
        [
            (10**10, 10**12, 100),
            (0, 10**12, 0),
            (10**10, 0, 0),
            (5 * 10**9, 1, D("0.0000000001")),
            (5 * 10**9 - 1, 1, 0),
            (3333333333, 10**12, D("33.33333333")),
            (10**10 - 1, 10**12 - 1, D("99.9999999899")),
            (1234567890, 987654321012, rounded(Fraction(1234567890 * 987654321012, 10**20))),
            (1, 5 * 10**9, D("0.0000000001")),
            (None, 1, None),
            (1, None, None),
        ],
    ),
]
exact_share = [
    Table(
        "{{ exact_share('a', 'b') }}",
        {"a": "bigint", "b": "bigint"},
        [
            (1, 3, D("0.3333333333")),
            (2, 3, D("0.6666666667")),
            (-2, 3, D("-0.6666666667")),
            (7, 1, 7),
            (0, 5, 0),
            (1, 2 * 10**7, D("0.00000005")),
            (5, 0, None),
            (0, 0, None),
            (None, 5, None),
            (5, None, None),
        ],
    ),
    Table(
        "{{ exact_share('a', 'b', 100) }}",
        {"a": "bigint", "b": "bigint"},
        [(1, 3, D("33.3333333333")), (2, 3, D("66.6666666667"))],
    ),
    Table(
        "{{ exact_share('2 * a + 1', 'b + 1') }}",
        {"a": MONEY, "b": "integer"},
        [("0.5", 2, D("0.6666666667")), ("-1.25", 2, D("-0.5"))],
    ),
]

# macros/portable/hash_of.sql and row_hash.sql

# all of them different
PAIRS = [
    ("a", "b"), ("b", "a"), ("a", None), (None, "a"), ("a", ""), ("", "a"), ("", ""), (None, None), ("", None), (None, ""), ("ab", ""), ("", "ab"),
    ("a|b", "c"), ("a", "b|c"), ("a,b", "c"), ("a", "b,c"), ('a"', "b"), ("a", '"b'), ("a", "b "), ("A", "b"), ("ä", "b"), ("null", "a"), ("\\", "b"),
]  # fmt: skip
TWO_TEXTS = {"a": "text", "b": "text"}
hash_of = [
    Query(
        "select count(distinct hash) as value from (select {{ hash_of(['a', 'b']) }} as hash from "
        + relation("pairs", TWO_TEXTS, PAIRS * 2)
        + ") as hashes",
        [len(PAIRS)],
    ),
    # the same for equal values: one group a pair
    Query(
        "select distinct count(*) as value from (select {{ hash_of(['a', 'b']) }} as hash from "
        + relation("pairs", TWO_TEXTS, PAIRS * 2)
        + ") as hashes group by hash",
        [2],
    ),
    Query(
        "select count(distinct hash) as value from (select {{ hash_of(['a']) }} as hash from "
        + relation(
            "texts", A_TEXT | {"a": "text"}, [("1", "a"), ("2", ""), ("3", None), ("4", "a"), ("5", None), ("6", "a ")]
        )
        + ") as hashes",
        [4],
    ),
    Query("select {{ hash_of(['1']) }} = floor({{ hash_of(['1']) }}) as value", [True]),
]
MIXED = {"a": "text", "n": MONEY, "day": "date", "instant": "timestamp", "flag": "boolean"}
ROWS = [
    ("a", "1.5", date(2024, 1, 31), datetime(2024, 1, 31, 10), True),
    ("", "1.5", date(2024, 1, 31), datetime(2024, 1, 31, 10), True),
    (None, "1.5", date(2024, 1, 31), datetime(2024, 1, 31, 10), True),
    ("a", "1.5000000001", date(2024, 1, 31), datetime(2024, 1, 31, 10), True),
    ("a", "-1.5", date(2024, 1, 31), datetime(2024, 1, 31, 10), True),
    ("a", None, date(2024, 1, 31), datetime(2024, 1, 31, 10), True),
    ("a", "1.5", date(2024, 1, 30), datetime(2024, 1, 31, 10), True),
    ("a", "1.5", None, datetime(2024, 1, 31, 10), True),
    ("a", "1.5", date(2024, 1, 31), datetime(2024, 1, 31, 10, 0, 0, 1), True),
    ("a", "1.5", date(2024, 1, 31), None, True),
    ("a", "1.5", date(2024, 1, 31), datetime(2024, 1, 31, 10), False),
    ("a", "1.5", date(2024, 1, 31), datetime(2024, 1, 31, 10), None),
    (None, None, None, None, None),
]
row_hash = [
    Query(
        "select count(distinct hash) as value from (select {{ row_hash('pairs') }} as hash from "
        + relation("pairs", TWO_TEXTS, PAIRS * 2)
        + ") as hashes",
        [len(PAIRS)],
    ),
    Query(
        "select count(distinct hash) as value from (select {{ row_hash('mixed') }} as hash from "
        + relation("mixed", MIXED, ROWS * 2)
        + ") as hashes",
        [len(ROWS)],
    ),
    Query(
        "select distinct count(*) as value from (select {{ row_hash('mixed') }} as hash from "
        + relation("mixed", MIXED, ROWS * 2)
        + ") as hashes group by hash",
        [2],
    ),
    # sums of them are compared
    Query(
        "select count(*) as value from (select {{ row_hash('mixed') }} as hash from "
        + relation("mixed", MIXED, ROWS)
        + ") as hashes where hash = cast(hash as decimal(38, 0))",
        [len(ROWS)],
    ),
]

# macros/portable/json_object_of.sql

TEXTS = [
    "plain", "", "two words", 'a "quoted" word', "it's", "back\\slash", "\\n", "/", "</script>", "tab\there", "line\nbreak", "return\r", "\b\f",
    "\x01\x0b\x0e\x0f\x10\x19\x1a\x1f", "\\\x1f", "\\u001f", "\\\\u001f", "\x7f", "Zoë", "Straße", "日本語", "😀",
    "\u00a0", "\u2028", "{}", "null", "1.50",
]  # fmt: skip


def as_json(**values: str | None) -> str:
    """Without blanks, what need not be escaped as it is, the figures of a control character in capitals."""
    written = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return re.sub(r"\\(u00..|.)", lambda escape: "\\" + (escape[1][0] + escape[1][1:].upper()), written)


json_object_of = [
    Table(
        "{{ json_object_of([{'name': 'a', 'raw': 'a'}, {'name': 'other', 'raw': 'b'}]) }}",
        TWO_TEXTS,
        [
            *((one, "x", as_json(a=one, other="x")) for one in TEXTS),
            (None, "x", as_json(a=None, other="x")),
            ("x", None, as_json(a="x", other=None)),
            (None, None, as_json(a=None, other=None)),
        ],
    ),
    Table("{{ json_object_of([{'name': 'a', 'raw': 't'}]) }}", A_TEXT, [("x", '{"a":"x"}'), (None, '{"a":null}')]),
    # typed columns of an extract
    Table(
        "{{ json_object_of([{'name': 'a', 'raw': 'n'}, {'name': 'b', 'raw': 'day'}, {'name': 'c', 'raw': 'i'}]) }}",
        {"n": "decimal(10, 2)", "day": "date", "i": "bigint"},
        [
            ("1.50", date(2024, 1, 31), -7, as_json(a="1.50", b="2024-01-31", c="-7")),
            (None, None, None, as_json(a=None, b=None, c=None)),
        ],
    ),
]

# macros/portable/spark_statements.sql: texts to texts, on whatever engine

in_words_of_spark = [
    Query("select '{{ in_words_of_spark(\"" + sql + "\") }}' as value", [expected])
    for sql, expected in (
        ("select cast(a as varchar)", "select cast(a as string)"),
        ("cast(a as double precision)", "cast(a as double)"),
        ("with a as not materialized (select 1)", "with a as (select 1)"),
        ("with a as materialized (select 1)", "with a as (select 1)"),
        ("select has_varchar as varchar_name", "select has_varchar as varchar_name"),
    )
]
in_types_of_spark = [
    Query(
        "{% set types = {'a': 'varchar', 'b': 'Double Precision', 'c': 'text', 'd': 'decimal(38, 10)', 'e': 'date'} %}"
        "{% do in_types_of_spark(types) %}select '{{ types.values() | join(' ') }}' as value",
        ["string double string decimal(38, 10) date"],
    ),
]

# macros/portable/text_order.sql

UNORDERED = [
    "b", "B", "a", "A", "_", "-", " ", "10", "9", "é", "e", "z", "Z", "f", "ß", "ss", "Ä", "ab", "a b", "a-b", "a_b", "aB", "", "~", "日", "я",
    "\ufffd", "😀", "É", "ö", "o",
]  # fmt: skip
text_order = [
    Query(
        "select t as value from "
        + relation("texts", A_TEXT, [(one,) for one in UNORDERED])
        + " order by {{ text_order('t') }}",
        sorted(UNORDERED),
    ),
    Query(
        "select t as value from (select t, row_number() over (order by {{ text_order('t') }} desc) as place from "
        + relation("texts", A_TEXT, [(one,) for one in UNORDERED])
        + ") as placed order by place",
        sorted(UNORDERED, reverse=True),
    ),
]

# macros/portable/text_parsing.sql

text_of = [
    Table(
        "{{ text_of('t') }}",
        A_TEXT,
        [
            ("a", "a"),
            (" a", "a"),
            ("a ", "a"),
            ("  a b  ", "a b"),
            ("\ta\n", "a"),
            ("\r\na\r\n", "a"),
            (" \t\n\r a \r\n\t ", "a"),
            ("a\tb", "a\tb"),
            ("a  b", "a  b"),
            ("", None),
            (" ", None),
            (" \t\r\n", None),
            (None, None),
            ("'", "'"),
            ("!", "!"),
            (" ! ", "!"),
            # what is no blank of the keyboard stays
            ("\u00a0a\u00a0", "\u00a0a\u00a0"),
            ("\u00a0", "\u00a0"),
            ("\u3000a", "\u3000a"),
            ("a\u2003", "a\u2003"),
            ("\x0ba\x0c", "\x0ba\x0c"),
            ("\x01a\x01", "\x01a\x01"),
            ("\ufeffa", "\ufeffa"),
            ("ntr", "ntr"),
            ("é ", "é"),
            (" 日本 ", "日本"),
        ],
    ),
    Table(
        "{{ text_of('n') }}",
        {"n": "decimal(10, 2)"},
        [("1.50", "1.50"), ("-1", "-1.00"), ("0", "0.00"), (None, None)],
    ),
    Table("{{ text_of('n') }}", {"n": "bigint"}, [(7, "7"), (-7, "-7"), (None, None)]),
    Table(
        "{{ text_of('day') }}", A_DAY, [(date(2024, 1, 31), "2024-01-31"), (date(1, 1, 1), "0001-01-01"), (None, None)]
    ),
    Table("{{ text_of('flag') }}", {"flag": "boolean"}, [(True, "true"), (False, "false"), (None, None)]),
]
blanks = [Query("select {{ blanks() | join(' || ') }} as value", [" \t\n\r"])]
NO_DAYS = [
    "2024-02-30", "2023-02-29", "1900-02-29", "2100-02-29", "2024-04-31", "2024-13-01", "2024-00-10", "2024-01-00", "2024-01-32", "0000-01-01",
    "2024-1-31", "2024-01-3", "24-01-31", "02024-01-31", "10000-01-01", "-2024-01-01", "+2024-01-01", "2024/01/31", "2024.01.31", "31.01.2024",
    "01/31/2024", "20240131", "2024-031", "2024-W05-3", "2024-01", "2024", "Jan 31, 2024", "31 Jan 2024", "2024-Jan-31", "today", "now", "epoch",
    "infinity", "-infinity", "not-a-date", "2024-01-31x", "x2024-01-31", "2024-01-31 BC", "2024-01-3\u0661", "\uff12\uff10\uff12\uff14-01-31",
    "2024\u201001\u201031", "2024-01-31\u2028", "2024-01-31\u0085", "-", "--", "1", "1706659200", "2024-01--1", "2024- 1-31", "2024-01- 1",
]  # fmt: skip
DAYS_OF_TEXTS = [
    ("2024-01-31", date(2024, 1, 31)),
    ("2024-02-29", date(2024, 2, 29)),
    ("2000-02-29", date(2000, 2, 29)),
    ("2023-02-28", date(2023, 2, 28)),
    ("2024-12-31", date(2024, 12, 31)),
    ("0001-01-01", date(1, 1, 1)),
    ("0099-12-31", date(99, 12, 31)),
    ("9999-12-31", date(9999, 12, 31)),
    # days before the calendar's reform are counted as if it had always held
    ("1582-10-10", date(1582, 10, 10)),
    ("1500-02-28", date(1500, 2, 28)),
    ("1500-02-29", None),
    (None, None),
]
NO_TIMES = ["2024-01-31 10:00", "2024-01-31T10:00:00Z", "10:00", "2024-01-31 "]
date_of_text = [
    Table("{{ date_of_text('t') }}", A_TEXT, [*DAYS_OF_TEXTS, *((one, None) for one in NO_DAYS + NO_TIMES)]),
]
NO_INSTANTS = [
    "2024-02-30 10:00:00", "2023-02-29T10:00:00Z", "2024-13-01 00:00", "2024-01-31 24:00", "2024-01-31 24:00:00", "2024-01-31 25:00:00",
    "2024-01-31 23:60:00", "2024-01-31 23:59:60", "2024-01-31 23:59:60Z", "2024-01-31 10", "2024-01-31 1:00", "2024-01-31 10:0", "2024-01-31 10:00:0",
    "2024-01-31 10:00:00.", "2024-01-31 10:00:00,5", "2024-01-31 10.00.00", "2024-01-31t10:00:00", "2024-01-31  10:00:00", "2024-01-31_10:00:00",
    "2024-01-3110:00:00", "2024-01-31 10:00 AM", "2024-01-31 10:00:00 UTC", "2024-01-31 10:00:00 GMT", "2024-01-31T10:00:00 Europe/Berlin",
    "2024-01-31T10:00:00+5", "2024-01-31T10:00:00+053", "2024-01-31T10:00:00+05:3", "2024-01-31T10:00:00+05:", "2024-01-31T10:00:00+24:00",
    "2024-01-31T10:00:00+05:60", "2024-01-31T10:00:00+05:30:00", "2024-01-31T10:00:00Z+01", "2024-01-31T10:00:00ZZ", "2024-01-31T10:00:00+-01",
    "2024-01-31T10:00:00 + 01", "2024-01-31T10:00:00\u221205:00", "2024-01-31T10:00:00+\u0660\u0661:00", "2024-01-31T1\u0660:00:00",
    "0000-01-01 00:00:00", "10000-01-01 00:00:00", "2024-01-31T", "2024-01-31Z", "2024-01-31+01:00", "T10:00:00", "10:00:00", "1706659200.5",
    "20240131T100000Z", "2024-01-31T10:00:00\u2028", "2024-01-31T10:00:00Z\u0085", "2024-01-31T10:00:00\tZ",
]  # fmt: skip
WITHOUT_OFFSET = [
    ("2024-01-31 10:00", datetime(2024, 1, 31, 10)),
    ("2024-01-31T10:00", datetime(2024, 1, 31, 10)),
    ("2024-01-31 10:00:07", datetime(2024, 1, 31, 10, 0, 7)),
    ("2024-01-31T23:59:59", datetime(2024, 1, 31, 23, 59, 59)),
    ("2024-01-31 00:00:00", datetime(2024, 1, 31)),
    ("2024-01-31 10:00:00.5", datetime(2024, 1, 31, 10, 0, 0, 500000)),
    ("2024-01-31 10:00:00.000001", datetime(2024, 1, 31, 10, 0, 0, 1)),
    ("2024-01-31 10:00:00.123456", datetime(2024, 1, 31, 10, 0, 0, 123456)),
    ("0001-01-01 00:00:00", datetime(1, 1, 1)),
    ("9999-12-31T23:59:59.999999", datetime(9999, 12, 31, 23, 59, 59, 999999)),
    # an hour that New York skips, and one that Berlin repeats
    ("2024-03-10 02:30:00", datetime(2024, 3, 10, 2, 30)),
    ("2024-10-27 02:30:00", datetime(2024, 10, 27, 2, 30)),
]
# further digits are cut off
LONGER = [
    ("2024-01-31 10:00:00.1234567", datetime(2024, 1, 31, 10, 0, 0, 123456)),
    ("2024-01-31 10:00:00.123456999999", datetime(2024, 1, 31, 10, 0, 0, 123456)),
    ("2024-12-31 23:59:59.999999999", datetime(2024, 12, 31, 23, 59, 59, 999999)),
]
WITH_OFFSET = [
    ("2024-01-31T10:00:00Z", datetime(2024, 1, 31, 10)),
    ("2024-01-31T10:00:00z", datetime(2024, 1, 31, 10)),
    ("2024-01-31T10:00Z", datetime(2024, 1, 31, 10)),
    ("2024-01-31 10:00:00 Z", datetime(2024, 1, 31, 10)),
    ("2024-01-31T10:00:00+00", datetime(2024, 1, 31, 10)),
    ("2024-01-31T10:00:00-00:00", datetime(2024, 1, 31, 10)),
    ("2024-01-31T10:00:00+05:30", datetime(2024, 1, 31, 4, 30)),
    ("2024-01-31T10:00:00+0530", datetime(2024, 1, 31, 4, 30)),
    ("2024-01-31T10:00:00-0330", datetime(2024, 1, 31, 13, 30)),
    ("2024-01-31T10:00:00-03:30", datetime(2024, 1, 31, 13, 30)),
    ("2024-01-31T10:00:00+02", datetime(2024, 1, 31, 8)),
    ("2024-01-31T10:00:00-05", datetime(2024, 1, 31, 15)),
    ("2024-01-31 10:00:00 +0200", datetime(2024, 1, 31, 8)),
    ("2024-01-31 10:00   -02:00", datetime(2024, 1, 31, 12)),
    ("2024-01-31T23:30:00-01:00", datetime(2024, 2, 1, 0, 30)),
    ("2024-03-01T00:30:00+01:00", datetime(2024, 2, 29, 23, 30)),
    ("2024-01-01T00:00:00+14:00", datetime(2023, 12, 31, 10)),
    ("2024-01-01T00:00:00-12:00", datetime(2024, 1, 1, 12)),
    ("2024-01-01T00:00:00+23:59", datetime(2023, 12, 31, 0, 1)),
    ("2024-01-31T10:00:00.25+01:00", datetime(2024, 1, 31, 9, 0, 0, 250000)),
    ("2024-01-31T10:00:00.123456789Z", datetime(2024, 1, 31, 10, 0, 0, 123456)),
    ("2024-01-31T10:00:00.123456789+01:00", datetime(2024, 1, 31, 9, 0, 0, 123456)),
    ("0001-01-01T00:00:00-01:00", datetime(1, 1, 1, 1)),
    ("9999-12-31T23:59:59+01:00", datetime(9999, 12, 31, 22, 59, 59)),
]
instant_of_text = [
    Table(
        "{{ instant_of_text('t') }}",
        A_TEXT,
        [
            *((one, day and datetime(day.year, day.month, day.day)) for one, day in DAYS_OF_TEXTS),
            *WITHOUT_OFFSET,
            *LONGER,
            *WITH_OFFSET,
            *((one, None) for one in NO_DAYS + NO_INSTANTS),
        ],
    ),
    # a day begins at midnight of the zone; everything else is an instant already
    Table(
        "{{ instant_of_text('t') }}",
        A_TEXT,
        [
            ("2024-01-31", datetime(2024, 1, 30, 23)),
            ("2024-07-31", datetime(2024, 7, 30, 22)),
            ("2024-03-31", datetime(2024, 3, 30, 23)),
            ("2024-04-01", datetime(2024, 3, 31, 22)),
            ("2024-02-30", None),
            ("not-a-date", None),
            (None, None),
            *WITHOUT_OFFSET,
            *LONGER,
            *WITH_OFFSET,
        ],
        BERLIN,
    ),
    Table(
        "{{ instant_of_text('t') }}",
        A_TEXT,
        [
            ("2024-01-31", datetime(2024, 1, 31, 5)),
            ("2024-07-31", datetime(2024, 7, 31, 4)),
            *WITHOUT_OFFSET,
            *WITH_OFFSET,
        ],
        NEW_YORK,
    ),
]
day_of_text = [
    Table(
        "{{ day_of_text('t') }}",
        A_TEXT,
        [
            *DAYS_OF_TEXTS,
            *((one, instant.date()) for one, instant in WITHOUT_OFFSET + LONGER + WITH_OFFSET),
            *((one, None) for one in NO_DAYS + NO_INSTANTS),
        ],
    ),
    Table(
        "{{ day_of_text('t') }}",
        A_TEXT,
        [
            *DAYS_OF_TEXTS,
            ("2024-01-31 22:59:59.999999", date(2024, 1, 31)),
            ("2024-01-31 23:00", date(2024, 2, 1)),
            ("2024-01-31T23:30:00Z", date(2024, 2, 1)),
            ("2024-07-31T21:59:59Z", date(2024, 7, 31)),
            ("2024-07-31T22:00:00Z", date(2024, 8, 1)),
            ("2024-02-01T00:30:00+02:00", date(2024, 1, 31)),
            ("2024-01-31T23:30:00-03:30", date(2024, 2, 1)),
            ("2024-02-30 10:00:00", None),
        ],
        BERLIN,
    ),
    Table(
        "{{ day_of_text('t') }}",
        A_TEXT,
        [
            *DAYS_OF_TEXTS,
            ("2024-01-31T04:59:59Z", date(2024, 1, 30)),
            ("2024-01-31T05:00:00Z", date(2024, 1, 31)),
            ("2024-07-31 03:59", date(2024, 7, 30)),
            ("2024-07-31 04:00", date(2024, 7, 31)),
        ],
        NEW_YORK,
    ),
]
try_timestamp = [
    Table(
        "{{ try_timestamp('t') }}",
        A_TEXT,
        [
            *WITHOUT_OFFSET,
            ("2024-02-30 10:00:00", None),
            ("2023-02-29T10:00", None),
            ("2024-00-01 00:00", None),
            (None, None),
        ],
    ),
]
timestamp_with_offset = [
    Table(
        "{{ timestamp_with_offset('t') }}",
        A_TEXT,
        [*WITH_OFFSET, ("2024-02-30T10:00:00Z", None), ("2023-02-29T10:00+01", None)],
    ),
]
NO_NUMBERS = [
    ".", "+", "-", "+.", "-.", "e5", ".e5", "1e", "1e+", "1e-", "1e400", "1e100", "1e1.5", "--1", "+-1", "1-", "1+", "1..2", "1.2.3", "1,000",
    "1,5", "1 000", "1_000", "1'000", "$1", "1€", "10%", "(1)", "1f", "1d", "1L", "0x10", "0b1", "1/2", "NaN", "nan", "inf", "Infinity", "-Infinity",
    "null", "true", "one", "1 e5", "- 1", "\u0663", "1\u0663", "\uff11\uff12", "\u00bd", "1\u00b2", "\u22121", "12\u2028", "12\u0085", "1\x0b",
    "9" * 26, "1" + "0" * 25 + ".5", "1e30", "1e99", "-1e31", "9999999999e20", "0" * 26,
]  # fmt: skip
number_of_text = [
    Table(
        "{{ number_of_text('t') }}",
        A_TEXT,
        [
            ("0", 0),
            ("-0", 0),
            ("1", 1),
            ("+1", 1),
            ("-1", -1),
            ("007", 7),
            ("1.", 1),
            (".5", D("0.5")),
            ("-.5", D("-0.5")),
            ("+.5", D("0.5")),
            ("19.99", D("19.99")),
            ("1e3", 1000),
            ("1E3", 1000),
            ("1e+3", 1000),
            ("1e03", 1000),
            ("1.e3", 1000),
            ("1.5e3", 1500),
            ("-1.5E-3", D("-0.0015")),
            (".5e1", 5),
            ("0e0", 0),
            ("1e0", 1),
            ("1e24", 10**24),
            ("-1e24", -(10**24)),
            ("0e99", 0),
            ("1e-10", D("1e-10")),
            ("1e-99", 0),
            ("-1e-99", 0),
            ("9" * 25, 10**25 - 1),
            ("-" + "9" * 25, 1 - 10**25),
            ("0" * 25, 0),
            ("9" * 25 + ".9999999999", D("9" * 25 + ".9999999999")),
            ("-" + "9" * 25 + ".9999999999", D("-" + "9" * 25 + ".9999999999")),
            ("0.1234567890", D("0.123456789")),
            # more than ten decimals are rounded, halves away from zero
            ("0.00000000005", D("0.0000000001")),
            ("-0.00000000005", D("-0.0000000001")),
            ("0.00000000015", D("0.0000000002")),
            ("0.00000000025", D("0.0000000003")),
            ("0.000000000049999999999999999999999999", 0),
            ("0.00000000014999999999999999999999999999", D("0.0000000001")),
            ("2.99999999999999999999", 3),
            ("0." + "3" * 60, D("0.3333333333")),
            ("0." + "6" * 60, D("0.6666666667")),
            ("1234567890123456789012345.67890123456789", D("1234567890123456789012345.6789012346")),
            ("5e-11", D("0.0000000001")),
            ("4.9e-11", 0),
            ("-5e-11", D("-0.0000000001")),
            ("4.99999999999e-11", 0),
            ("123456789.123456789e-5", D("1234.5678912346")),
            ("123456789.123449999e-6", D("123.4567891234")),
            ("1.23456789012345e5", D("123456.789012345")),
            ("1.234567890123456789e5", D("123456.7890123457")),
            ("0.00000000000000000001e20", 1),
            ("12345678901234567890e-20", D("0.1234567890")),
            ("10000000000000000000e-29", D("1e-10")),
            ("9999999999999999999999999e-20", 100000),
            (None, None),
            *((one, None) for one in NO_NUMBERS),
        ],
    ),
]
boolean_of_text = [
    Table(
        "{{ boolean_of_text('t') }}",
        A_TEXT,
        [
            *((one, True) for one in ("true", "TRUE", "True", "tRuE", "t", "T", "yes", "YES", "Yes", "y", "Y", "1")),
            *((one, False) for one in ("false", "FALSE", "False", "f", "F", "no", "NO", "No", "n", "N", "0")),
            *(
                (one, None)
                for one in ("on", "off", "2", "-1", "01", "1.0", "00", "tru", "truee", "ja", "oui", "x", "null")
            ),
            *((one, None) for one in ("\uff39", "\u0661", "true\u00a0", "yes!", "'", "ye\u017f")),
            (None, None),
        ],
    ),
]
matches = [
    Table(
        "{{ matches('t', '[a-c]+[0-9]{2}') }}",
        A_TEXT,
        [
            ("a12", True),
            ("abc99", True),
            ("A12", False),
            ("a1", False),
            ("a123", False),
            ("xa12", False),
            ("a12x", False),
            ("", False),
            ("a12\u2028", False),
            ("a12\u0085", False),
            ("\na12", False),
            ("x\na12", False),
            ("a12\nx", False),
            ("a1\u0662", False),
            ("\u00e112", False),
            (None, None),
        ],
    ),
    Table(
        "{{ matches('t', 'a[.]b?(c|d)') }}", A_TEXT, [("a.bc", True), ("a.d", True), ("axbc", False), ("a.b", False)]
    ),
]
date_pattern = [
    Table(
        "{{ matches('t', date_pattern()) }}",
        A_TEXT,
        [
            *(
                (one, True)
                for one in ("2024-01-31", "2024-02-30", "0001-01-01", "0010-01-01", "0100-01-01", "9999-99-99")
            ),
            *(
                (one, False)
                for one in ("0000-01-01", "2024-1-31", "24-01-31", "12024-01-31", "2024-01-31 ", "2024-01-31T10:00")
            ),
        ],
    ),
]
timestamp_pattern = [
    Table(
        "{{ matches('t', timestamp_pattern()) }}",
        A_TEXT,
        [
            *((one, True) for one, _ in WITHOUT_OFFSET + LONGER),
            *((one, False) for one, _ in WITH_OFFSET),
            ("2024-01-31", False),
            ("2024-01-31 24:00", False),
            ("2024-01-31 10:00:00.", False),
        ],
    ),
]
offset_pattern = [
    Table(
        "{{ matches('t', offset_pattern()) }}",
        A_TEXT,
        [
            *((one, True) for one in ("Z", "z", "+00", "-00:00", "+05:30", "-0330", "+23:59", "+14")),
            *(
                (one, False)
                for one in ("", "+", "+5", "+053", "+24:00", "+05:60", "05:30", "UTC", " Z", "ZZ", "+1400:")
            ),
        ],
    ),
]
number_pattern = [
    Table(
        "{{ matches('t', number_pattern()) }}",
        A_TEXT,
        [
            *(
                (one, True)
                for one in (
                    "0",
                    "-1",
                    "+1",
                    "1.",
                    ".5",
                    "1.5e3",
                    "1E-10",
                    "1e99",
                    "1e+05",
                    "9" * 25,
                    "9" * 25 + ".5",
                    "1e30",
                )
            ),
            *(
                (one, False)
                for one in (".", "", "+", "e5", "1e", "1e100", "9" * 26, "1,5", "0x10", "1_000", "NaN", "\u0663", " 1")
            ),
        ],
    ),
]

# macros/portable/text_scores.sql

text_scores = [
    # the language of so short a text cannot be told, and without a language nothing is scored
    Query(
        "with texts as (select 'ok' as text union all select '12345'), scored as ({{ text_scores('texts') }})"
        " select text, language, polarity from scored order by text",
        [("12345", "und", None), ("ok", "und", None)],
    ),
    Query(
        "with texts as (select 'ok' as text where 1 = 0), scored as ({{ text_scores('texts') }}) select count(*) as value from scored",
        [0],
    ),
]

# macros/portable/time_zones.sql

utc_to_local = [
    Table(
        "{{ utc_to_local('instant') }}",
        AN_INSTANT,
        [
            (datetime(2024, 3, 31, 1), datetime(2024, 3, 31, 1)),
            (datetime(1, 1, 1), datetime(1, 1, 1)),
            (datetime(9999, 12, 31, 23, 59, 59, 999999), datetime(9999, 12, 31, 23, 59, 59, 999999)),
            (None, None),
        ],
    ),
    Table(
        "{{ utc_to_local('instant') }}",
        AN_INSTANT,
        [
            (datetime(2024, 1, 31, 12), datetime(2024, 1, 31, 13)),
            (datetime(2024, 7, 31, 12, 0, 0, 1), datetime(2024, 7, 31, 14, 0, 0, 1)),
            (datetime(2024, 3, 31, 0, 59, 59, 999999), datetime(2024, 3, 31, 1, 59, 59, 999999)),
            (datetime(2024, 3, 31, 1), datetime(2024, 3, 31, 3)),
            (datetime(2024, 10, 27, 0, 59, 59), datetime(2024, 10, 27, 2, 59, 59)),
            (datetime(2024, 10, 27, 1), datetime(2024, 10, 27, 2)),
            (datetime(2024, 12, 31, 23), datetime(2025, 1, 1)),
            # no summer time between 1950 and 1979
            (datetime(1970, 7, 1), datetime(1970, 7, 1, 1)),
            (datetime(2037, 7, 1), datetime(2037, 7, 1, 2)),
            (None, None),
        ],
        BERLIN,
    ),
    Table(
        "{{ utc_to_local('instant') }}",
        AN_INSTANT,
        [
            (datetime(2024, 1, 1, 4, 59, 59), datetime(2023, 12, 31, 23, 59, 59)),
            (datetime(2024, 3, 10, 6, 59, 59), datetime(2024, 3, 10, 1, 59, 59)),
            (datetime(2024, 3, 10, 7), datetime(2024, 3, 10, 3)),
            (datetime(2024, 11, 3, 5, 30), datetime(2024, 11, 3, 1, 30)),
            (datetime(2024, 11, 3, 6, 30), datetime(2024, 11, 3, 1, 30)),
        ],
        NEW_YORK,
    ),
    # a zone that is named, whatever the reporting one
    *(
        Table("{{ utc_to_local('instant', '" + zone + "') }}", AN_INSTANT, [(utc, local)], reporting)
        for zone, utc, local, reporting in (
            ("UTC", datetime(2024, 7, 1), datetime(2024, 7, 1), BERLIN),
            (NEW_YORK, datetime(2024, 7, 1, 4), datetime(2024, 7, 1), BERLIN),
            ("Asia/Kathmandu", datetime(2024, 6, 30, 18, 15), datetime(2024, 7, 1), "UTC"),
            ("Australia/Lord_Howe", datetime(2024, 4, 6, 14, 45), datetime(2024, 4, 7, 1, 45), "UTC"),
            ("Australia/Lord_Howe", datetime(2024, 4, 6, 15, 15), datetime(2024, 4, 7, 1, 45), "UTC"),
        )
    ),
]
LOCAL = {"local_time": "timestamp"}
local_to_utc = [
    Table(
        "{{ local_to_utc('local_time') }}",
        LOCAL,
        [
            (datetime(2024, 3, 31, 2, 30), datetime(2024, 3, 31, 2, 30)),
            (datetime(1, 1, 1), datetime(1, 1, 1)),
            (None, None),
        ],
    ),
    Table(
        "{{ local_to_utc('local_time') }}",
        LOCAL,
        [
            (datetime(2024, 1, 31), datetime(2024, 1, 30, 23)),
            (datetime(2024, 7, 31, 0, 0, 0, 1), datetime(2024, 7, 30, 22, 0, 0, 1)),
            (datetime(2024, 3, 31, 1, 59, 59, 999999), datetime(2024, 3, 31, 0, 59, 59, 999999)),
            # skipped: read in standard time
            (datetime(2024, 3, 31, 2), datetime(2024, 3, 31, 1)),
            (datetime(2024, 3, 31, 2, 30), datetime(2024, 3, 31, 1, 30)),
            (datetime(2024, 3, 31, 3), datetime(2024, 3, 31, 1)),
            (datetime(2024, 10, 27, 1, 59, 59), datetime(2024, 10, 26, 23, 59, 59)),
            # repeated: read in standard time
            (datetime(2024, 10, 27, 2), datetime(2024, 10, 27, 1)),
            (datetime(2024, 10, 27, 2, 30), datetime(2024, 10, 27, 1, 30)),
            (datetime(2024, 10, 27, 3), datetime(2024, 10, 27, 2)),
            (None, None),
        ],
        BERLIN,
    ),
    Table(
        "{{ local_to_utc('local_time') }}",
        LOCAL,
        [
            (datetime(2024, 1, 1), datetime(2024, 1, 1, 5)),
            (datetime(2024, 3, 10, 2, 30), datetime(2024, 3, 10, 7, 30)),
            (datetime(2024, 3, 10, 3), datetime(2024, 3, 10, 7)),
            (datetime(2024, 11, 3, 0, 59, 59), datetime(2024, 11, 3, 4, 59, 59)),
            (datetime(2024, 11, 3, 1, 30), datetime(2024, 11, 3, 6, 30)),
            (datetime(2024, 11, 3, 2), datetime(2024, 11, 3, 7)),
        ],
        NEW_YORK,
    ),
    # a zone that is named, whatever the reporting one
    *(
        Table("{{ local_to_utc('local_time', '" + zone + "') }}", LOCAL, [(local, utc)], reporting)
        for zone, local, utc, reporting in (
            ("UTC", datetime(2024, 3, 31, 2, 30), datetime(2024, 3, 31, 2, 30), BERLIN),
            (NEW_YORK, datetime(2024, 7, 1), datetime(2024, 7, 1, 4), BERLIN),
            ("Asia/Kolkata", datetime(2024, 7, 1), datetime(2024, 6, 30, 18, 30), "UTC"),
            ("Asia/Kathmandu", datetime(2024, 7, 1), datetime(2024, 6, 30, 18, 15), "UTC"),
            # midnight itself is skipped
            ("Asia/Beirut", datetime(2024, 3, 31), datetime(2024, 3, 30, 22), "UTC"),
            ("America/Sao_Paulo", datetime(2018, 11, 4), datetime(2018, 11, 4, 3), "UTC"),
            # the south: summer time ends in April, begins in October
            ("Australia/Sydney", datetime(2024, 4, 7, 2, 30), datetime(2024, 4, 6, 16, 30), "UTC"),
            ("Australia/Sydney", datetime(2024, 10, 6, 2, 30), datetime(2024, 10, 5, 16, 30), "UTC"),
            # a summer time of half an hour
            ("Australia/Lord_Howe", datetime(2024, 4, 7, 1, 45), datetime(2024, 4, 6, 15, 15), "UTC"),
            ("Australia/Lord_Howe", datetime(2024, 10, 6, 2, 15), datetime(2024, 10, 5, 15, 45), "UTC"),
        )
    ),
]
# no instant falls on one day in both
today = [
    Query("select {{ today() }} as value", [Today.of(zone)], zone)
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago")
]

# macros/portable/words_of.sql

words_of = [
    Table(
        "{{ words_of('t') }}",
        A_TEXT,
        [
            ("Too expensive", "too expensive"),
            ("  Too   expensive!  ", "too expensive"),
            ("TOO-EXPENSIVE,really?", "too expensive really"),
            ("don't", "don t"),
            ("snake_case", "snake case"),
            ("a.b@c.de", "a b c de"),
            ("line\nbreak\ttab", "line break tab"),
            ("24/7 support, v2", "24 7 support v2"),
            ("1,000.50 €", "1 000 50"),
            ("", ""),
            ("...!", ""),
            ("😀", ""),
            ("ok😀ok", "ok ok"),
            ("ÜBERTEUERT, Größe", "überteuert größe"),
            ("TRÈS CHER À L\u2019USAGE", "très cher à l usage"),
            ("¿Qué pasó? ¡AÑO!", "qué pasó año"),
            ("ŁÓDŹ \u2013 Ćma", "łódź ćma"),
            ("СЛИШКОМ дорого", "слишком дорого"),
            ("ΑΚΡΙΒΌ, πολύ", "ακριβό πολύ"),
            ("サポートが遅い。とても", "サポートが遅い とても"),
            ("太贵了\uff0c不好", "太贵了 不好"),
            ("너무 비싸요!", "너무 비싸요"),
            ("غالي جدا، جدا", "غالي جدا جدا"),
            ("יקר מדי", "יקר מדי"),
            ("a\u00a0b\u2003c", "a b c"),
            ("“quoted” «words»", "quoted words"),
            ("back\\slash 'n", "back slash n"),
            (None, None),
        ],
    ),
]

FILES: dict[str, dict[str, list[Table | Query]]] = {
    "aggregates": {"any_true": any_true, "count_where": count_where},
    "dates": {
        "add_months": add_months,
        "add_days": add_days,
        "days_between": days_between,
        "months_between": months_between,
        "month_of": month_of,
        "numbers": numbers,
        "iso_weekday": iso_weekday,
        "forever": forever,
    },
    "durations": {"seconds_between": seconds_between},
    "exact_money": {
        "scaled": scaled,
        "sign_of": sign_of,
        "rounded_quotient": rounded_quotient,
        "integer_quotient": integer_quotient,
        "large_quotient": large_quotient,
        "proportion": proportion,
        "converted": converted,
        "fraction": fraction,
        "share_of": share_of,
        "share_of_whole": share_of_whole,
        "share_of_score": share_of_score,
        "exact_share": exact_share,
    },
    "hash_of": {"hash_of": hash_of},
    "json_object_of": {"json_object_of": json_object_of},
    "row_hash": {"row_hash": row_hash},
    "spark_statements": {"in_words_of_spark": in_words_of_spark, "in_types_of_spark": in_types_of_spark},
    "text_order": {"text_order": text_order},
    "text_parsing": {
        "text_of": text_of,
        "blanks": blanks,
        "instant_of_text": instant_of_text,
        "day_of_text": day_of_text,
        "date_of_text": date_of_text,
        "try_timestamp": try_timestamp,
        "timestamp_with_offset": timestamp_with_offset,
        "number_of_text": number_of_text,
        "boolean_of_text": boolean_of_text,
        "matches": matches,
        "date_pattern": date_pattern,
        "timestamp_pattern": timestamp_pattern,
        "offset_pattern": offset_pattern,
        "number_pattern": number_pattern,
    },
    "text_scores": {"text_scores": text_scores},
    "time_zones": {"utc_to_local": utc_to_local, "local_to_utc": local_to_utc, "today": today},
    "words_of": {"words_of": words_of},
}
CASES = {macro: cases for macros in FILES.values() for macro, cases in macros.items()}


# from a case to what an engine says


Sql = dict[Table | Query, str]
NEXT = "\n-- the next case --\n"


def compiled(environment: Mapping[str, str], macros: Mapping[str, Sequence[Table | Query]] = CASES) -> Sql:
    """The Jinja of cases as the SQL of the target that the environment names (DBT_TARGET), by dbt, with the project's own macros."""
    from dbt.cli.main import dbtRunner

    zones: dict[str, list[Table | Query]] = {}
    for case in (one for cases in macros.values() for one in cases):
        zones.setdefault(case.zone, []).append(case)
    found: Sql = {}
    with tempfile.TemporaryDirectory(prefix="portable_") as place, _environment(environment):
        names = {zone: f"cases_{number}" for number, zone in enumerate(zones)}
        _project(Path(place), {names[zone]: _model(cases) for zone, cases in zones.items()})
        parsed = _dbt(dbtRunner(), place, "parse")
        for zone, cases in zones.items():
            # the zone is a variable of the whole run
            variables = ["--vars", json.dumps({"reporting_timezone": zone}), "--select", names[zone]]
            done = _dbt(dbtRunner(manifest=parsed.deepcopy()), place, "compile", "--no-populate-cache", *variables)
            found |= zip(cases, done.results[0].node.compiled_code.split(NEXT), strict=True)
    return found


def _model(cases: Sequence[Table | Query]) -> str:
    """Spark has other words for some types, which come in where a statement is made of a model."""
    sql = NEXT.join(case.jinja for case in cases)
    return "{% set sql %}" + sql + "{% endset %}{{ in_words_of_spark(sql) if target.type == 'spark' else sql }}"


def _project(folder: Path, models: Mapping[str, str]) -> None:
    """The project with these models alone."""
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    for name in ("on-run-start", "models", "seeds"):
        settings.pop(name)
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(settings))
    for name in ("macros", "profiles.yml"):
        (folder / name).symlink_to(PROJECT / name)
    (folder / "models").mkdir()
    scores = {"name": "nlp", "tables": [{"name": "text_scores"}]}
    (folder / "models/sources.yml").write_text(yaml.safe_dump({"sources": [scores]}))
    for name, jinja in models.items():
        (folder / f"models/{name}.sql").write_text(jinja)


def _dbt(runner: Any, folder: str, command: str, *arguments: str) -> Any:
    words = [command, "--project-dir", folder, "--profiles-dir", folder, "--quiet", "--no-version-check", *arguments]
    outcome = runner.invoke([*words, "--log-level", "none", "--log-level-file", "none"])
    if not outcome.success:
        said = [one.message for one in getattr(outcome.result, "results", None) or () if one.message]
        raise RuntimeError("\n".join([*said, str(outcome.exception or "")]))
    return outcome.result


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    # the functions that a profile loads are found from the project's folder
    os.environ.update({"DBT_PROJECT_DIR": str(PROJECT), "AS_OF": "", **values})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


Ask = Callable[[str], list[tuple]]


def statement(case: Table | Query, sql: str, rows: Sequence[tuple] = ()) -> str:
    """The query that answers a case: for a table one row for each of these rows, all of them where none are given."""
    if isinstance(case, Query):
        return sql
    given = list(rows or case.rows)
    if len(given) == 1:
        # an engine that works out constants before it runs may not see one: it would cast texts that a condition keeps from the cast
        given *= 2
    numbered = relation("given", {"case_number": "integer", **case.columns}, [(n, *row) for n, row in enumerate(given)])
    return f"select case_number, {sql} as value from {numbered} order by case_number"


def answers(ask: Ask, case: Table | Query, sql: str) -> list[Any]:
    """What an engine says to each row of a case; where it refuses, what it says to that."""
    if isinstance(case, Query):
        try:
            rows = ask(statement(case, sql))
        except Exception as error:
            return [error]
        return [row[0] if len(row) == 1 else tuple(row) for row in rows]
    try:
        return [row[1] for row in ask(statement(case, sql))][: len(case.rows)]
    except Exception as error:
        if len(case.rows) == 1:
            return [error]
    single = [Table(case.jinja, case.columns, [row], case.zone) for row in case.rows]
    return [answer for one in single for answer in answers(ask, one, sql)]


def same(expected: Any, got: Any) -> bool:
    """Equal, and the same kind of value; whole numbers may come as decimals."""
    if isinstance(expected, tuple) and isinstance(got, tuple):
        return len(expected) == len(got) and all(map(same, expected, got))
    return kind(expected) is kind(got) and bool(expected == got)


def kind(value: Any) -> type:
    if isinstance(value, Today):
        return date
    return Decimal if type(value) is int else type(value)


def faults(engine: str, ask: Ask, sql: Sql, macros: Mapping[str, Sequence[Table | Query]] = CASES) -> list[str]:
    """A sentence for each case to which an engine says something else than what is expected."""
    found = []
    for macro, cases in macros.items():
        for case in cases:
            said = answers(ask, case, sql[case])
            zone = "" if case.zone == "UTC" else f" in {case.zone}"
            if isinstance(case, Query):
                if len(said) != len(case.expected) or not all(map(same, case.expected, said)):
                    found.append(f"{macro} on {engine}{zone}: {case.jinja}: expected {list(case.expected)}, got {said}")
                continue
            for (*given, expected), got in zip(case.rows, said, strict=True):
                if not same(expected, got):
                    values = ", ".join(f"{name} = {value!r}" for name, value in zip(case.columns, given, strict=True))
                    found.append(
                        f"{macro} on {engine}{zone}: {case.jinja} of {values}: expected {expected!r}, got {got!r}"
                    )
    return found

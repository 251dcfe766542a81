"""How figures are written: by the unit of their definition, with a true minus sign, a dash where there is none."""

import datetime
import json
from typing import Any

from report.figures import Cell, Definition

DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
MINUTE, HOUR = 60, 3600
ACRONYMS = {"csat", "mrr", "nps"}


def value(number: float | None, definition: Definition, is_number: bool = False, like: float | None = None) -> str:
    """A value in its unit; durations in the unit that suits `like`, so that what is compared is written alike."""
    return DASH if number is None else _written(number, definition, is_number, like, "")


def change(now: Cell, then: Cell, definition: Definition, is_number: bool = False) -> str:
    """What lies between two values, with its sign."""
    if now.value is None or then.value is None:
        return DASH
    return _written(now.value - then.value, definition, is_number, now.value, "+")


def interval(cell: Cell, definition: Definition, is_number: bool = False) -> str:
    """The 95% interval of a value; empty where it has none."""
    if cell.lower is None or cell.upper is None:
        return ""
    low, high = (_written(bound, definition, is_number, cell.value, "") for bound in (cell.lower, cell.upper))
    unit = "%" if low.endswith("%") else high.partition(" ")[2]
    return f"{low.removesuffix(unit).strip()} to {high}" if unit else f"{low} to {high}"


def verdict(now: Cell, then: Cell, definition: Definition) -> str:
    """Whether a change is good or bad news; unclear where the intervals of the two overlap, so that chance may have made it."""
    if now.value is None or then.value is None or definition.better == "neither" or now.value == then.value:
        return "neutral"
    if (
        None not in (now.lower, now.upper, then.lower, then.upper)
        and now.lower <= then.upper
        and then.lower <= now.upper
    ):
        return "unclear"
    return "good" if (now.value > then.value) == (definition.better == "higher") else "bad"


def money(number: float | None, sign: str = "") -> str:
    """An amount in whole units of the currency."""
    return DASH if number is None else _signed(f"{number:{sign},.0f}", sign)


def month(day: datetime.date) -> str:
    """Such as April 2025."""
    return f"{day:%B %Y}"


def short_month(day: datetime.date) -> str:
    """Such as Apr 2025."""
    return f"{day:%b %Y}"


def long_day(day: datetime.date) -> str:
    """Such as 3 April 2025."""
    return f"{day.day} {day:%B %Y}"


def words(name: str) -> str:
    """A name of the marts as people would write it."""
    return " ".join(part.upper() if part in ACRONYMS else part for part in name.strip("()").split("_"))


def listed(names: list[str]) -> str:
    """a, b and c."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def setting(given: Any) -> str:
    """The value of a setting as it stands in dbt_project.yml."""
    return given if isinstance(given, str) else json.dumps(given)


def counted(number: int, noun: str) -> str:
    """1 customer, 2,000 customers."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _written(number: float, definition: Definition, is_number: bool, like: float | None, sign: str) -> str:
    unit = definition.unit
    size = abs(like if like is not None else number)
    if unit == "money":
        text = f"{number:{sign},.0f}" if definition.kind == "amount" or size >= 10_000 else f"{number:{sign},.2f}"
    elif unit == "ratio" and not is_number:
        text = f"{number * 100:{sign},.1f}" + (" pp" if sign else "%")
    elif unit == "ratio":
        text = f"{number:{sign},.2f}"
    elif unit == "count":
        text = f"{number:{sign},.0f}" if definition.kind == "count" else f"{number:{sign},.1f}"
    elif unit == "seconds":
        divisor, name = (HOUR, "h") if size >= HOUR else (MINUTE, "min") if size >= MINUTE else (1, "s")
        text = f"{number / divisor:{sign},.1f} {name}"
    elif unit in ("points", "score"):
        text = f"{number:{sign},.1f}"
    else:
        text = f"{number:{sign},.1f} {unit}"
    return _signed(text, sign)


def _signed(text: str, sign: str) -> str:
    """With a true minus; what rounds to nothing has no sign."""
    if not any(digit in text for digit in "123456789"):
        return text.lstrip("+-")
    return text.replace("-", MINUS, 1) if text.startswith("-") else text

"""Values as text in, exact values out: days, instants, numbers, money to ten decimals."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

FOREVER = date.max
TEN_PLACES = 10**10
TENTH_PLACE = Decimal(1).scaleb(-10)
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_INSTANT = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?"
)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_TRUE = {"true", "t", "yes", "y", "1"}
_FALSE = {"false", "f", "no", "n", "0"}


class Moment(NamedTuple):
    """A point in time: the UTC instant that orders it and the local day on which it counts."""

    instant: datetime
    day: date


class Unparseable(ValueError):
    """A text that is not what its column holds."""


def parse_moment(text: str, zone: tzinfo) -> Moment:
    """A date is a local day and never shifted; a time without an offset is UTC; with one, that instant."""
    try:
        if match := _DAY.fullmatch(text):
            day = date(*map(int, match.groups()))
            return Moment(datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC), day)
        if match := _INSTANT.fullmatch(text):
            year, month, day_, hour, minute, second, fraction, offset = match.groups()
            micro = int(((fraction or "") + "000000")[:6])
            clock = datetime(int(year), int(month), int(day_), int(hour), int(minute), int(second or 0), micro)
            instant = clock.replace(tzinfo=_offset(offset)).astimezone(UTC)
            try:
                return Moment(instant, instant.astimezone(zone).date())
            except OverflowError:
                return Moment(instant, instant.date())
    except (ValueError, OverflowError) as error:
        raise Unparseable(text) from error
    raise Unparseable(text)


def _offset(text: str | None) -> tzinfo:
    if text is None or text in "Zz":
        return UTC
    digits = text[1:].replace(":", "")
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(-shift if text[0] == "-" else shift)


def parse_number(text: str) -> Decimal:
    """A plain number, or one with an exponent."""
    if not _NUMBER.fullmatch(text):
        raise Unparseable(text)
    return Decimal(text)


def parse_boolean(text: str) -> bool:
    """true/false, t/f, yes/no, y/n, 1/0 in any case."""
    word = text.lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Unparseable(text)


def round10(exact: Fraction | Decimal | int) -> Decimal:
    """Rounded half away from zero to ten decimals."""
    if isinstance(exact, Decimal):
        return exact.quantize(TENTH_PLACE, rounding=ROUND_HALF_UP)
    whole, rest = divmod(abs(exact.numerator) * TEN_PLACES, exact.denominator)
    if 2 * rest >= exact.denominator:
        whole += 1
    return Decimal(-whole if exact < 0 else whole).scaleb(-10)


def plus_days(day: date, days: int) -> date:
    """The day that many days later; a day at the end of the calendar stays there."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return FOREVER


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def plus_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("a month has at least 28 days")


def months_between(first: date, second: date) -> int:
    """Calendar months from the month of one day to the month of another."""
    return (second.year - first.year) * 12 + second.month - first.month

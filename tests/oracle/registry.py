"""Metrics by name, and what a reader must know beside the figure: its kind, the tables it needs, its outcome window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Number = Decimal | int
Ratio = tuple[Number, Number]
ABSENT = object()  # what a function returns where the metric has no row in that segment


@dataclass(frozen=True)
class Metric:
    name: str
    family: str
    kind: str  # amount, count, ratio, statistic
    needs: tuple[str, ...]  # optional tables without which there is no such metric
    window: str | None  # while a unit of that window waits in the period, the figure is not complete
    function: Callable[[Any], Any]
    any_of: tuple[str, ...] = ()  # optional tables of which it needs one at least


METRICS: dict[str, Metric] = {}


@dataclass(frozen=True)
class Family:
    """How a family other than revenue and retention finds the groups that its metrics are asked of."""

    name: str
    # once a company: whatever the next two want to have at hand
    gather: Callable[[Any], Any]
    # (gathered, period, segment name, revenue groups by value) -> group by segment value; `all` has one in every period
    groups: Callable[[Any, Any, str, dict[str, Any]], dict[str, Any]]
    # (gathered, period) -> windows of which a unit of the period still waits
    pending: Callable[[Any, Any], set[str]] = lambda gathered, period: set()
    segments: tuple[str, ...] = ()  # of its own, besides the seven


FAMILIES: list[Family] = []


def metric(family: str, kind: str, *needs: str, window: str | None = None, any_of: tuple[str, ...] = ()) -> Callable:
    """Registers a function under its name.

    An amount, a count or a statistic returns the figure, a ratio its two parts; a ratio with limits of a mean returns a
    third part, the values that its numerator sums.
    """

    def register(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        METRICS[function.__name__] = Metric(function.__name__, family, kind, needs, window, function, any_of)
        return function

    return register

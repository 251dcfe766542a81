"""Metrics by name, and what a reader must know beside the figure: its kind, the tables it needs, its outcome window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.oracle.groups import Group

Number = Decimal | int
Ratio = tuple[Number, Number]


@dataclass(frozen=True)
class Metric:
    name: str
    family: str
    kind: str  # amount, count, ratio, statistic
    needs: tuple[str, ...]  # optional tables without which there is no such metric
    window: str | None  # renewal or repeat: while a unit of the period waits, the figure is not complete
    function: Callable[[Group], Any]


METRICS: dict[str, Metric] = {}


def metric(family: str, kind: str, *needs: str, window: str | None = None) -> Callable:
    """Registers a function under its name. An amount or count returns the figure, a ratio its two parts."""

    def register(function: Callable[[Group], Any]) -> Callable[[Group], Any]:
        METRICS[function.__name__] = Metric(function.__name__, family, kind, needs, window, function)
        return function

    return register

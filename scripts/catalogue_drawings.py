"""The pictures of the catalogue, as SVG inside the page: curves, rival definitions beside each other, and what a table is made of."""

import copy
import datetime
import re
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any

import altair
import vl_convert

from catalogue_contents import Metric, Month, Node

# the one colour of figures: Okabe and Ito's blue, which everybody can tell from grey; style.css turns it for dark pages
COLOUR = "#0072b2"
TEXT, GRID = "#555555", "#dddddd"
WIDTH, HEIGHT, RIVAL_WIDTH = 500, 205, 380
# browsers may set letters wider than they are measured here
ROOM_FOR_LABELS = {"left": 40, "right": 10, "top": 5, "bottom": 5}
# 500, not 5e+2
PLAIN = ",~r"
# so many months of each rival definition are drawn
RIVAL_MONTHS = 13
MULTIPLES = {"quick_ratio", "clv_to_cac_ratio", "accounts_per_csm", "touches_per_account", "tickets_per_customer"}
NONE = "\N{EN DASH}"
SMALL_WIDTH, SMALL_HEIGHT = 120, 28
# of the drawing of a table's neighbours
LETTER, BOX_HEIGHT, BOX_GAP, COLUMN_GAP, MOST_BOXES = 6.7, 24, 8, 56, 12


# -- figures in words --------------------------------------------------------------------------------------------------


def written(value: Any, metric: Metric, currency: str = "") -> str:
    """A value in its unit, as people write it; a dash where there is none."""
    if value is None:
        return NONE
    number = float(value)
    if metric.unit == "ratio" and metric.name not in MULTIPLES:
        return f"{number:.1%}"
    if metric.unit == "money":
        return f"{number:,.{0 if abs(number) >= 10_000 else 2}f} {currency}".strip()
    if metric.unit == "seconds":
        return (
            f"{number / 3600:,.1f} h"
            if abs(number) >= 3600
            else f"{number / 60:,.1f} min"
            if abs(number) >= 60
            else f"{number:,.1f} s"
        )
    if metric.unit == "count":
        return f"{number:,.0f}" if number == round(number) else f"{number:,.1f}"
    unit = "" if metric.unit in ("ratio", "score", "points") else f" {metric.unit}"
    return f"{number:,.{2 if metric.name in MULTIPLES else 1}f}{unit}"


def _axis(metrics: Sequence[Metric], currency: str, months: int = 0) -> tuple[float, str, str]:
    """By what values of the last months are divided on an axis (0: all), how they are written, and what the axis is called."""
    unit = metrics[0].unit
    values = [abs(month.value) for metric in metrics for month in metric.months[-months:] if month.value is not None]
    largest = max(values, default=0)
    if unit == "ratio":
        return (1, PLAIN, "") if metrics[0].name in MULTIPLES else (1, "~%", "")
    if unit == "seconds":
        return (
            (3600, PLAIN, "hours")
            if largest >= 7200
            else (60, PLAIN, "minutes")
            if largest >= 120
            else (1, PLAIN, "seconds")
        )
    if unit == "money":
        return 1, "~s", currency
    return 1, "~s" if largest >= 10_000 else PLAIN, "" if unit == "count" else unit


# -- curves ------------------------------------------------------------------------------------------------------------


def curve(metric: Metric, currency: str) -> str:
    """The months of a metric: a line, its interval behind it, and hollow points where a month is still open."""
    divisor, form, title = _axis([metric], currency)
    complete = [month for month in metric.months if month.is_complete]
    still_open = [month for month in metric.months if not month.is_complete and month.value is not None]
    rows = [_row(month, divisor, "complete") for month in complete]
    if still_open and complete and complete[-1].value is not None:
        rows += [_row(month, divisor, "joint") for month in complete[-1:]]
    rows += [_row(month, divisor, "open") for month in still_open]
    if all(row["value"] is None for row in rows):
        return ""
    chart = copy.deepcopy(_curve())
    ticks = min(6, len({row["month"] for row in rows}))
    for layer in chart["layer"]:
        layer["encoding"]["y"]["axis"] = {"format": form, "title": title or None, "tickCount": 5}
        layer["encoding"]["x"]["axis"] = {
            "format": "%b %Y",
            "title": None,
            "grid": False,
            "tickCount": ticks,
            "labelOverlap": True,
        }
    return _drawn(chart, rows, f"{metric.label}, by month")


def rivals(metrics: Sequence[Metric], currency: str) -> str:
    """Several definitions of one name below each other: a dot for the latest complete month, ticks for the year before; other units are left out."""
    same = [metric for metric in metrics if metric.unit == metrics[0].unit and metric.latest]
    if len(same) < 2:
        return ""
    divisor, form, title = _axis(same, currency, RIVAL_MONTHS)
    rows = [
        _row(month, divisor, "latest" if month is metric.latest else "before") | {"label": metric.label}
        for metric in same
        for month in _complete(metric)[-RIVAL_MONTHS:]
    ]
    chart = copy.deepcopy(_rivals())
    for layer in chart["layer"]:
        layer["encoding"]["y"]["sort"] = [metric.label for metric in same]
        layer["encoding"]["x"]["axis"] = {"format": form, "title": title or None, "tickCount": 6}
    return _drawn(
        chart, rows, f"{metrics[0].label} by {len(same)} definitions: the latest complete month, and the year before"
    )


def _complete(metric: Metric) -> list[Month]:
    """The complete months that have a value."""
    return [month for month in metric.months if month.is_complete and month.value is not None]


def _row(month: Month, divisor: float, group: str) -> dict[str, Any]:
    scaled = [None if value is None else value / divisor for value in (month.value, month.lower, month.upper)]
    return {
        "month": month.start.isoformat(),
        "group": group,
        **dict(zip(("value", "lower", "upper"), scaled, strict=True)),
    }


def _drawn(chart: dict[str, Any], rows: list[dict[str, Any]], name: str) -> str:
    """A chart with these rows as SVG that fits its place and is named for those who cannot see it."""
    svg = vl_convert.vegalite_to_svg(chart | {"data": {"values": rows}})
    box = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg)
    svg = svg.replace(f" {box[0]}", f' role="img" aria-label="{escape(name)}" style="max-width:{box[1]}px"', 1)
    return re.sub(r'<rect width="[\d.]+" height="[\d.]+" fill="white"/>', "", svg, count=1)


@cache
def _curve() -> dict[str, Any]:
    """The chart of a metric, without its rows."""
    base = altair.Chart(altair.Data(values=[])).encode(x=altair.X("month:T"))
    value = altair.Y("value:Q", scale=altair.Scale(zero=False, nice=True))
    band = base.mark_area(color=COLOUR, opacity=0.18).encode(y=altair.Y("lower:Q"), y2="upper:Q")
    complete = base.transform_filter("datum.group == 'complete'")
    line = complete.mark_line(color=COLOUR, strokeWidth=2).encode(y=value)
    points = (
        complete.transform_filter("datum.value != null").mark_circle(color=COLOUR, size=26, opacity=1).encode(y=value)
    )
    still_open = base.transform_filter("datum.group == 'open'")
    dashes = (
        base.transform_filter("datum.group != 'complete'")
        .mark_line(color=COLOUR, strokeWidth=1.5, strokeDash=[4, 3])
        .encode(y=value)
    )
    hollow = still_open.mark_point(color=COLOUR, size=32).encode(y=value)
    layers = altair.layer(band.transform_filter("datum.lower != null"), line, points, dashes, hollow)
    return _plain(layers.properties(width=WIDTH, height=HEIGHT))


@cache
def _rivals() -> dict[str, Any]:
    """The chart of several definitions, without their rows."""
    base = altair.Chart(altair.Data(values=[])).encode(
        x=altair.X("value:Q", scale=altair.Scale(zero=False, nice=True)),
        y=altair.Y("label:N", axis=altair.Axis(title=None, labelLimit=300, domain=False, ticks=False, grid=True)),
    )
    ticks = base.transform_filter("datum.group == 'before'").mark_tick(
        color=COLOUR, opacity=0.5, thickness=1.5, size=11
    )
    dots = base.transform_filter("datum.group == 'latest'").mark_circle(color=COLOUR, size=80, opacity=1)
    return _plain(altair.layer(ticks, dots).properties(width=RIVAL_WIDTH, height={"step": 25}, padding=ROOM_FOR_LABELS))


def _plain(chart: altair.TopLevelMixin) -> dict[str, Any]:
    """With the lettering of the page, no frame and no ground."""
    axis = {
        "labelColor": TEXT,
        "titleColor": TEXT,
        "gridColor": GRID,
        "domainColor": GRID,
        "tickColor": GRID,
        "labelFontSize": 13,
        "titleFontSize": 13,
    }
    return (
        chart.properties(background="white")
        .configure(font="sans-serif")
        .configure_view(stroke=None)
        .configure_axis(**axis, titleFontWeight="normal")
        .to_dict()
    )


def small_line(months: Sequence[Month]) -> str:
    """The complete months of a metric as a line without axes; gaps where there is no value."""
    complete = [month for month in months if month.is_complete]
    values = [month.value for month in complete if month.value is not None]
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    strokes, stroke = [], []
    for number, month in enumerate(complete):
        if month.value is None:
            strokes, stroke = [*strokes, stroke], []
            continue
        x = 2 + number * (SMALL_WIDTH - 4) / max(len(complete) - 1, 1)
        y = (
            SMALL_HEIGHT / 2
            if high == low
            else SMALL_HEIGHT - 3 - (month.value - low) / (high - low) * (SMALL_HEIGHT - 6)
        )
        stroke.append((x, y))
    last = next(points[-1] for points in reversed([*strokes, stroke]) if points)
    lines = "".join(
        f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'
        for points in [*strokes, stroke]
        if len(points) > 1
    )
    return (
        f'<svg class="small-line" viewBox="0 0 {SMALL_WIDTH} {SMALL_HEIGHT}" width="{SMALL_WIDTH}" height="{SMALL_HEIGHT}" aria-hidden="true">'
        f'{lines}<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="2"/></svg>'
    )


# -- what a table is made of -------------------------------------------------------------------------------------------


def neighbours(node: Node, root: str) -> str:
    """A table between what it reads and what reads it, two steps back and one on; every box leads to its page."""
    before = {parent.id: parent for parent in node.parents}
    further = {one.id: one for parent in node.parents for one in parent.parents if one.id not in before}
    ranks = [list(further.values()), list(before.values()), [node], node.children]
    if len(ranks[0]) > MOST_BOXES:
        # too many to be seen; the list below the drawing has them all
        ranks[0] = []
    columns = [sorted(rank, key=lambda one: one.title) for rank in ranks]
    left_out = [max(len(rank) - MOST_BOXES, 0) for rank in columns]
    columns = [rank[:MOST_BOXES] for rank in columns]
    height = max(len(rank) + (more > 0) for rank, more in zip(columns, left_out, strict=True)) * (BOX_HEIGHT + BOX_GAP)
    boxes: dict[tuple[int, str], tuple[float, float, float]] = {}
    drawn, x = [], 1.0
    for place, (rank, more) in enumerate(zip(columns, left_out, strict=True)):
        if not rank:
            continue
        labels = [one.title if one.kind == "source" else one.name for one in rank] + (
            [f"and {more} more"] if more else []
        )
        width = max(map(len, labels)) * LETTER + 18
        y = (height - len(labels) * (BOX_HEIGHT + BOX_GAP) + BOX_GAP) / 2
        for number, label in enumerate(labels):
            if number < len(rank):
                one = rank[number]
                boxes[place, one.id] = (x, y + BOX_HEIGHT / 2, width)
                box = f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{BOX_HEIGHT}" rx="4"/>'
                text = f'<text x="{x + 9:.1f}" y="{y + 16:.1f}">{escape(label)}</text>'
                drawn.append(
                    f'<g class="this">{box}{text}</g>'
                    if one is node
                    else f'<a href="{escape(root + one.page)}" class="{one.kind}">{box}{text}</a>'
                )
            else:
                drawn.append(f'<text class="more" x="{x + 9:.1f}" y="{y + 16:.1f}">{escape(label)}</text>')
            y += BOX_HEIGHT + BOX_GAP
        x += width + COLUMN_GAP
    lines = []
    for (place, name), (left, middle, width) in boxes.items():
        for (other, target), (to_left, to_middle, _) in boxes.items():
            if other == place + 1 and _reads(name, target, columns[other]):
                start, bend = left + width, (to_left - left - width) / 2
                bow = f"C{start + bend:.1f},{middle:.1f} {to_left - bend:.1f},{to_middle:.1f} {to_left:.1f},{to_middle:.1f}"
                lines.append(f'<path d="M{start:.1f},{middle:.1f} {bow}"/>')
    width = x - COLUMN_GAP + 1
    return (
        f'<svg class="lineage" viewBox="0 -1 {width:.0f} {height + 1}" width="{width:.0f}" height="{height + 1}" role="img" aria-label="'
        f'{escape(node.title)} between the tables that it reads and those that read it">{"".join(lines)}{"".join(drawn)}</svg>'
    )


def _reads(name: str, target: str, column: Sequence[Node]) -> bool:
    """Whether a table of a column reads another."""
    return any(one.id == target and any(parent.id == name for parent in one.parents) for one in column)


def month_name(start: datetime.date) -> str:
    """A month as people write it."""
    return f"{start:%B %Y}"

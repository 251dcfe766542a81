"""Charts as SVG texts: each takes rows as they are read and draws them, with nothing fetched from anywhere."""

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import vl_convert

Rows = Sequence[Mapping[str, Any]]

INK, PALE, GRID = "#1f2933", "#6b7785", "#e3e7eb"
MAIN, SECOND = "#1d5f8a", "#c2762b"
# told apart by whoever sees red and green alike; report.css has the same
GOOD, BAD, NEUTRAL = "#007a5a", "#b84c00", "#9aa5b1"
# as vl-convert measures it: others are as wide, or the texts of a chart would run over each other
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
WIDTH = 820
MONTHS = "%b %Y"
# where the font of the page is a wider one, labels on the left need more room than was measured
MARGIN = {"left": 24, "top": 5, "right": 14, "bottom": 5}


def sparkline(rows: Rows) -> str:
    """A line without axes through `month` and `value`, its last point marked."""
    line = alt.Chart(_data(rows)).encode(
        x=alt.X("month:T", axis=None, scale=alt.Scale(type="utc")),
        y=alt.Y("value:Q", axis=None, scale=alt.Scale(zero=False, nice=False)),
    )
    last = line.transform_window(place="row_number()", sort=[alt.SortField("month", order="descending")])
    return _svg(
        alt.layer(
            line.mark_line(color=NEUTRAL, strokeWidth=1.5),
            last.transform_filter("datum.place == 1").mark_circle(color=MAIN, size=30, opacity=1),
        ).properties(width=120, height=26),
        "",
        padding=3,
    )


def lines(rows: Rows, names: Sequence[str], title: str, percent: bool = False, height: int = 175) -> str:
    """Lines through `month` and `value`, one a `name`, with a band where there are `lower` and `upper`; they begin at zero unless they are shares."""
    scale = alt.Scale(domain=list(names), range=[MAIN, SECOND, GOOD][: len(names)])
    colour = alt.Color("name:N", scale=scale, legend=_legend(names))
    base = alt.Chart(_data(rows)).encode(x=_months())
    value = alt.Y(
        "value:Q",
        title=None,
        axis=alt.Axis(format="%" if percent else "~s"),
        scale=alt.Scale(zero=not percent, nice=True),
    )
    band = (
        base.transform_filter("isValid(datum.lower)")
        .mark_area(opacity=0.15)
        .encode(y=alt.Y("lower:Q", title=None), y2="upper:Q", color=colour)
    )
    line = base.mark_line(strokeWidth=2).encode(y=value, color=colour)
    points = base.mark_circle(size=22, opacity=1).encode(y=value, color=colour)
    return _svg(alt.layer(band, line, points).properties(width=WIDTH, height=height), title)


def dots(rows: Rows, title: str, height: int = 190) -> str:
    """`value` at each `month` with its interval as a rule; hollow where the sample `is_small`."""
    base = alt.Chart(_data(rows)).encode(x=_months())
    axis = alt.Axis(values=list(range(-100, 101, 25)))
    value = alt.Y("value:Q", title=None, axis=axis, scale=alt.Scale(domain=[-100, 100]))
    zero = alt.Chart(_data([{"y": 0}])).mark_rule(color=PALE).encode(y="y:Q")
    rule = (
        base.transform_filter("isValid(datum.lower)")
        .mark_rule(color=MAIN, strokeWidth=1.5)
        .encode(y=alt.Y("lower:Q", title=None), y2="upper:Q")
    )
    point = base.mark_point(filled=True, size=55, color=MAIN, stroke=MAIN, strokeWidth=1.5, opacity=1).encode(
        y=value, fill=alt.condition("datum.is_small", alt.value("white"), alt.value(MAIN))
    )
    return _svg(alt.layer(zero, rule, point).properties(width=WIDTH, height=height), title)


def shares(rows: Rows, names: Sequence[str], title: str, height: int = 125) -> str:
    """Parts of a whole at each `month`, as columns: `name`, `value`."""
    scale = alt.Scale(domain=list(names), range=[GOOD, "#d5dbe1", BAD])
    order = alt.Order("place:Q")
    chart = (
        alt.Chart(_data(rows))
        .mark_bar(width={"band": 0.8})
        .encode(
            x=alt.X("label:O", title=None, sort=None, axis=alt.Axis(labelAngle=0, labelOverlap=True)),
            y=alt.Y("value:Q", title=None, axis=alt.Axis(format="%", tickCount=3), scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("name:N", scale=scale, legend=_legend(names)),
            order=order,
        )
    )
    return _svg(chart.properties(width=WIDTH, height=height), title)


def floor_of(rows: Rows) -> float:
    """Where the axis of a waterfall begins: above zero where the steps could not be seen beside the totals."""
    lowest = min(min(row["start"], row["end"]) for row in rows)
    steps = [value for row in rows if row["kind"] != "total" for value in (row["start"], row["end"])]
    return max(0.0, min(steps) - (max(steps) - min(steps))) if steps and lowest >= 0 else min(0.0, lowest)


def waterfall(rows: Rows, title: str, height: int = 210) -> str:
    """Steps from one total to another: `label`, `start`, `end`, `text`, and `kind`, one of total, up and down."""
    kinds = alt.Scale(domain=["total", "up", "down"], range=[MAIN, GOOD, BAD])
    labels = [row["label"] for row in rows]
    axis = alt.Axis(labelAngle=0, labelExpr="split(datum.label, ' ')", labelPadding=6, ticks=False, bandPosition=0.5)
    label = alt.X("label:N", sort=labels, title=None, axis=axis)
    base = alt.Chart(_data(rows)).encode(x=label)
    floor, highest = floor_of(rows), max(max(row["start"], row["end"]) for row in rows)
    drawn = [{**row, "foot": max(row["start"], floor), "head": row["end"]} for row in rows]
    joins = [
        {"label": row["label"], "next": after["label"], "level": row["end"]} for row, after in itertools.pairwise(rows)
    ]
    scale = alt.Scale(domain=[floor, highest + 0.06 * (highest - floor)], nice=False, zero=False)
    base = base.properties(data=_data(drawn))
    bars = base.mark_bar(width={"band": 0.62}).encode(
        y=alt.Y("foot:Q", title=None, scale=scale, axis=alt.Axis(format="~s", tickCount=5)),
        y2="head:Q",
        color=alt.Color("kind:N", scale=kinds, legend=None),
    )
    texts = (
        base.transform_calculate(top="max(datum.foot, datum.head)")
        .mark_text(dy=-7, color=INK, fontSize=11.5)
        .encode(y="top:Q", text="text:N")
    )
    connectors = (
        alt.Chart(_data(joins)).mark_rule(color=NEUTRAL, strokeDash=[2, 2]).encode(x=label, x2="next:N", y="level:Q")
    )
    return _svg(alt.layer(connectors, bars, texts).properties(width=WIDTH, height=height), title)


def heat_map(rows: Rows, title: str) -> str:
    """Cohorts down, months of age across, `value` as a share in each cell; what is not known yet has no row, and stays blank."""
    cohorts = list(dict.fromkeys(row["cohort"] for row in rows))
    ages = max(row["age"] for row in rows) + 1
    base = alt.Chart(_data(rows)).encode(
        x=alt.X(
            "age:O",
            title="months since the first paid month",
            axis=alt.Axis(labelAngle=0, orient="top", ticks=False, domain=False),
        ),
        y=alt.Y("cohort:O", sort=cohorts, title=None, axis=alt.Axis(ticks=False, domain=False)),
    )
    # one scale for every such chart: a colour means the same share in each
    colours = alt.Scale(domain=[0, 0.5, 1, 1.5], range=["#f3dcc6", "#f1f5f8", "#8dbbd8", "#1d5f8a"], clamp=True)
    cells = base.mark_rect(stroke="white", strokeWidth=1).encode(color=alt.Color("value:Q", scale=colours, legend=None))
    dark = alt.condition("datum.value > 1.25", alt.value("white"), alt.value(INK))
    texts = base.mark_text(fontSize=10).encode(text=alt.Text("percent:Q", format="d"), color=dark)
    wide = min(WIDTH - 60, 36 * ages)
    return _svg(
        alt.layer(cells, texts.transform_calculate(percent="100 * datum.value")).properties(
            width=wide, height=17 * len(cohorts)
        ),
        title,
    )


def bars(rows: Rows, title: str, names: Sequence[str] = (), unit: str = "~s") -> str:
    """Bars to the right, longest first: `label`, `value`; stacked where there are `names`, one of which is each row's `name`."""
    labels = list(dict.fromkeys(row["label"] for row in rows))
    encoding: dict[str, Any] = {
        "x": alt.X("value:Q", title=None, axis=alt.Axis(format=unit, tickCount=5)),
        "y": alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(labelLimit=200, ticks=False)),
    }
    if names:
        scale = alt.Scale(domain=list(names), range=[BAD, "#d5dbe1", GOOD, NEUTRAL][: len(names)])
        encoding |= {"color": alt.Color("name:N", scale=scale, legend=_legend(names)), "order": alt.Order("place:Q")}
    chart = alt.Chart(_data(rows)).mark_bar(color=MAIN, height={"band": 0.7}).encode(**encoding)
    return _svg(chart.properties(width=WIDTH - 120, height=20 * len(labels)), title)


def _months() -> alt.X:
    # a day is the same day wherever the report is written
    return alt.X(
        "month:T",
        title=None,
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(format=MONTHS, grid=False, labelFlush=False, tickCount=8, labelOverlap=True),
    )


def _legend(names: Sequence[str]) -> alt.Legend | None:
    return (
        alt.Legend(title=None, orient="top", symbolType="square", symbolOpacity=1, columnPadding=24)
        if len(names) > 1
        else None
    )


def _data(rows: Rows) -> alt.Data:
    return alt.Data(values=[dict(row) for row in rows])


def _svg(chart: alt.LayerChart | alt.Chart, title: str, padding: int | Mapping[str, int] = MARGIN) -> str:
    """The chart as an SVG element that grows and shrinks with the page; its title is what a screen reader says of it."""
    chart = chart.configure(
        font=FONT,
        padding=padding,
        background="transparent",
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=PALE, labelFontSize=11.5, titleColor=PALE, titleFontSize=11.5, titleFontWeight="normal",
            gridColor=GRID, domainColor=NEUTRAL, tickColor=NEUTRAL,
        ),
        legend=alt.LegendConfig(labelColor=INK, labelFontSize=12, padding=0, offset=4),
    )  # fmt: skip
    svg = vl_convert.vegalite_to_svg(chart.to_dict(), allowed_base_urls=[])
    return re.sub(
        r"<svg ",
        lambda _: f'<svg role="img" aria-label="{_escaped(title)}" ' if title else '<svg aria-hidden="true" ',
        svg,
        count=1,
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")

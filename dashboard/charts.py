"""The shapes of charts. They draw what they are given; colours are those of Okabe and Ito, heat maps are viridis."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION, GREY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#999999",
)
SERIES = [BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION, GREY, "#F0E442"]
HEIGHT = 280
# more lines than that cannot be told apart
MOST_SERIES = len(SERIES)
# periods whose names fit beside each other
FEW = 8
HEAT_MAP = "viridis"
# on viridis, dark letters are read from here on
BRIGHT = 0.6


def _colour(series: Sequence[str], colours: dict[str, str] | None = None) -> alt.Color:
    """One colour a series, in their order; without a legend where there is one series, and no colour that means something."""
    domain = list(series)
    palette = [(colours or {}).get(name, SERIES[place % MOST_SERIES]) for place, name in enumerate(domain)]
    longest = max(map(len, domain), default=0)
    # as many beside each other as a narrow window holds
    columns = 3 if longest <= 18 else 1 if len(domain) <= 3 else 2
    legend = (
        alt.Legend(orient="top", title=None, labelLimit=280, columns=columns) if len(domain) > 1 or colours else None
    )
    return alt.Color("series:N", legend=legend, scale=alt.Scale(domain=domain, range=palette))


def _x(labels: Sequence[str]) -> alt.X:
    """Periods in their order."""
    return alt.X(
        "period:O",
        title=None,
        sort=list(labels),
        axis=alt.Axis(labelOverlap="greedy", labelLimit=150, labelAngle=0 if len(labels) < FEW else -40, ticks=False),
    )


def _y(column: str, title: str, zero: bool = False, stack: bool | None = None) -> alt.Y:
    axis = alt.Axis(title=title or None, format="~s" if title in ("", "customers") else ",~f", tickCount=5)
    return alt.Y(f"{column}:Q", axis=axis, scale=alt.Scale(zero=zero, nice=True), stack=stack)


def lines(table: pd.DataFrame, labels: Sequence[str], title: str = "", height: int = HEIGHT) -> alt.LayerChart:
    """
    A line a series over periods (period, series, value, text, is_complete), with limits as a band (lower, upper) where there are some. What is not
    complete has a hollow point.
    """
    series = list(dict.fromkeys(table["series"]))
    # the first one last, and so on top
    table = table.sort_values("series", key=lambda names: names == series[0], kind="stable")
    base = alt.Chart(table).encode(x=_x(labels), color=_colour(series))
    tooltip = [
        alt.Tooltip("series:N", title=" "),
        alt.Tooltip("period:O", title="Period"),
        alt.Tooltip("text:N", title="Value"),
    ]
    layers = []
    if "lower" in table and table["lower"].notna().any():
        # of one series alone: bands over bands tell nothing
        first = table[(table["series"] == series[0]) & table["lower"].notna()]
        band = alt.Chart(first).encode(x=_x(labels), y=_y("lower", title), y2="upper:Q")
        layers.append(band.mark_area(opacity=0.22, color=BLUE, interpolate="linear"))
        tooltip.append(alt.Tooltip("limits:N", title="95% limits"))
    width = alt.condition(alt.datum.series == series[0], alt.value(3), alt.value(1.8))
    layers.append(base.mark_line().encode(y=_y("value", title), tooltip=tooltip, strokeWidth=width))
    complete, open_ones = table[table["is_complete"]], table[~table["is_complete"]]
    layers.append(
        alt.Chart(complete)
        .mark_point(filled=True, size=34, opacity=1)
        .encode(x=_x(labels), color=_colour(series), y=_y("value", title), tooltip=tooltip)
    )
    if len(open_ones):
        layers.append(
            alt.Chart(open_ones)
            .mark_point(filled=False, size=46, opacity=1)
            .encode(x=_x(labels), color=_colour(series), y=_y("value", title), tooltip=tooltip)
        )
    return alt.layer(*layers).properties(height=height)


def stacked(
    table: pd.DataFrame,
    labels: Sequence[str],
    title: str = "",
    colours: dict[str, str] | None = None,
    height: int = 320,
) -> alt.Chart:
    """Bars over periods (period, series, value, text), one part a series, upon each other in the order of the table."""
    series = list(dict.fromkeys(table["series"]))
    ranks = {name: rank for rank, name in enumerate(series)}
    table = table.assign(rank=table["series"].map(ranks))
    mark = {"size": 46} if len(labels) < FEW else {}
    return (
        alt.Chart(table)
        .mark_bar(**mark)
        .encode(
            x=_x(labels),
            y=_y("value", title, zero=True, stack=True),
            color=_colour(series, colours),
            order=alt.Order("rank:Q"),
            tooltip=[
                alt.Tooltip("series:N", title=" "),
                alt.Tooltip("period:O", title="Period"),
                alt.Tooltip("text:N", title="Value"),
            ],
        )
        .properties(height=height)
    )


def waterfall(steps: pd.DataFrame, title: str = "", height: int = 340) -> alt.LayerChart:
    """
    Steps (step, start, end, kind, text) from an opening to a closing; kind is total, up or down. The axis begins where the movements can be seen,
    which is seldom 0.
    """
    order = list(steps["step"])
    x = alt.X("step:O", sort=order, title=None, axis=alt.Axis(labelAngle=-30, labelLimit=140, labelOverlap=False))
    colours = alt.Scale(domain=["total", "up", "down"], range=[GREY, BLUE, VERMILLION])
    tooltip = [alt.Tooltip("step:O", title=" "), alt.Tooltip("text:N", title="MRR")]
    floor, ceiling = axis_of(steps)
    steps = steps.assign(top=steps[["start", "end"]].max(axis=1), start=steps["start"].clip(lower=floor))
    scale = alt.Scale(domain=[floor, ceiling], nice=False, zero=False)
    y = alt.Y(
        "start:Q", scale=scale, axis=alt.Axis(title=title or None, format="~s" if not title else ",~f", tickCount=5)
    )
    bars = (
        alt.Chart(steps)
        .mark_bar(size=34)
        .encode(x=x, y=y, y2="end:Q", color=alt.Color("kind:N", scale=colours, legend=None), tooltip=tooltip)
    )
    texts = (
        alt.Chart(steps)
        .mark_text(dy=-7, fontSize=11, color=GREY, fontWeight=600)
        .encode(x=x, y=alt.Y("top:Q", scale=scale), text="text:N", tooltip=tooltip)
    )
    return alt.layer(bars, texts).properties(height=height)


def axis_of(steps: pd.DataFrame) -> tuple[float, float]:
    """From where to where a waterfall's axis goes: the levels between its totals, and some room below and above them."""
    levels = [*steps["end"], *steps.loc[steps["kind"] != "total", "start"]]
    low, high = min(levels), max(levels)
    room = (high - low) or abs(high) or 1.0
    return (low - 0.5 * room if low > 1.5 * room else min(0.0, low - 0.1 * room)), high + 0.12 * room


def heat_map(table: pd.DataFrame, columns_title: str, legend: str, top: float) -> alt.LayerChart:
    """Cells (row, column, value, text, hint); what has no row stays blank."""
    rows = list(dict.fromkeys(table["row"]))
    x = alt.X("column:O", title=columns_title, axis=alt.Axis(labelAngle=0, ticks=False, orient="top"))
    y = alt.Y("row:O", title=None, sort=rows, axis=alt.Axis(ticks=False, labelLimit=160))
    tooltip = [
        alt.Tooltip("row:O", title=" "),
        alt.Tooltip("column:O", title=columns_title),
        alt.Tooltip("hint:N", title=legend),
    ]
    scale = alt.Scale(scheme=HEAT_MAP, domain=[0, top], clamp=True)
    base = alt.Chart(table).encode(x=x, y=y, tooltip=tooltip)
    cells = base.mark_rect().encode(
        color=alt.Color("value:Q", scale=scale, legend=alt.Legend(title=legend, format="~%", gradientLength=160))
    )
    letters = base.mark_text(fontSize=10).encode(
        text="text:N", color=alt.condition(alt.datum.value > BRIGHT * top, alt.value("#111111"), alt.value("#ffffff"))
    )
    return alt.layer(cells, letters).properties(height=max(200, 22 * len(rows) + 40))


def counts_map(table: pd.DataFrame, order: Sequence[str], rows_title: str, columns_title: str) -> alt.LayerChart:
    """How many went from one class to another (row, column, value, hint)."""
    x = alt.X("column:O", title=columns_title, sort=list(order), axis=alt.Axis(labelAngle=0, ticks=False, orient="top"))
    y = alt.Y("row:O", title=rows_title, sort=list(order), axis=alt.Axis(ticks=False))
    tooltip = [alt.Tooltip("hint:N", title=" ")]
    base = alt.Chart(table).encode(x=x, y=y, tooltip=tooltip)
    top = max(float(table["value"].max()), 1.0)
    scale = alt.Scale(scheme=HEAT_MAP, type="sqrt", domain=[0, top])
    cells = base.mark_rect().encode(color=alt.Color("value:Q", scale=scale, legend=None))
    letters = base.mark_text(fontSize=13).encode(
        text=alt.Text("value:Q", format=","),
        color=alt.condition(alt.datum.value > BRIGHT**2 * top, alt.value("#111111"), alt.value("#ffffff")),
    )
    return alt.layer(cells, letters).properties(height=260)


def survival(table: pd.DataFrame, height: int = 340) -> alt.LayerChart:
    """Steps that fall (age, series, value, lower, upper, hint), with limits where there is one series."""
    series = list(dict.fromkeys(table["series"]))
    x = alt.X("age:Q", title="Months since the first paid day", axis=alt.Axis(tickMinStep=1))
    y = alt.Y("value:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="~%"))
    layers = []
    if len(series) == 1:
        band = alt.Chart(table[table["lower"].notna()])
        layers.append(
            band.mark_area(interpolate="step-after", opacity=0.22, color=BLUE).encode(
                x=x, y=alt.Y("lower:Q", title=None, scale=alt.Scale(domain=[0, 1])), y2="upper:Q"
            )
        )
    layers.append(
        alt.Chart(table)
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(
            x=x,
            y=y,
            color=_colour(series),
            tooltip=[
                alt.Tooltip("series:N", title=" "),
                alt.Tooltip("age:Q", title="Months"),
                alt.Tooltip("hint:N", title="Still there"),
            ],
        )
    )
    return alt.layer(*layers).properties(height=height)


def bars(
    table: pd.DataFrame, title: str = "", colours: dict[str, str] | None = None, label_width: int = 190, bar: int = 24
) -> alt.LayerChart:
    """Bars that lie (name, value, text), longest first as given; in parts where there are series."""
    names = list(dict.fromkeys(table["name"]))
    y = alt.Y("name:O", title=None, sort=names, axis=alt.Axis(ticks=False, labelLimit=label_width, labelOverlap=False))
    longest = float(table.groupby("name", observed=True)["value"].sum().max()) or 1.0
    # with room for the words behind the longest
    scale = alt.Scale(domain=[0, longest * (1.02 if "series" in table else 1.3)], nice=False)
    axis = alt.Axis(format=",~f", tickCount=5, tickMinStep=0 if title == "%" else 1)
    x = alt.X("value:Q", title=title or None, axis=axis, scale=scale, stack=True)
    base = alt.Chart(table)
    tooltip = [alt.Tooltip("name:O", title=" "), alt.Tooltip("text:N", title=" ")]
    if "series" in table:
        series = list(colours) if colours else list(dict.fromkeys(table["series"]))
        series = [name for name in series if name in set(table["series"])]
        ranks = {name: rank for rank, name in enumerate(series)}
        layers = [
            alt.Chart(table.assign(rank=table["series"].map(ranks)))
            .mark_bar()
            .encode(
                x=x,
                y=y,
                color=_colour(series, colours),
                order=alt.Order("rank:Q"),
                tooltip=[*tooltip, alt.Tooltip("series:N", title=" ")],
            )
        ]
    else:
        layers = [
            base.mark_bar(color=BLUE).encode(x=x, y=y, tooltip=tooltip),
            base.mark_text(align="left", dx=5, color=GREY, fontWeight=600).encode(
                x=x, y=y, text="text:N", tooltip=tooltip
            ),
        ]
    return alt.layer(*layers).properties(height=bar * len(names) + (100 if "series" in table else 60))


def signed_bars(table: pd.DataFrame, title: str = "") -> alt.LayerChart:
    """Bars that lie to both sides of 0 (name, value, text), where above 0 is bad news."""
    names = list(table["name"])
    y = alt.Y("name:O", title=None, sort=names, axis=alt.Axis(ticks=False, labelLimit=200, labelOverlap=False))
    x = alt.X("value:Q", title=title or None, axis=alt.Axis(tickCount=5))
    tooltip = [alt.Tooltip("name:O", title=" "), alt.Tooltip("text:N", title=" ")]
    colour = alt.condition(alt.datum.value > 0, alt.value(VERMILLION), alt.value(BLUE))
    return alt.layer(alt.Chart(table).mark_bar().encode(x=x, y=y, color=colour, tooltip=tooltip)).properties(
        height=34 * len(names) + 50
    )


def intervals(table: pd.DataFrame, colours: dict[str, str]) -> alt.LayerChart:
    """A point with its limits a period and class (period, series, value, lower, upper, text)."""
    series = list(dict.fromkeys(table["series"]))
    x = _x(list(dict.fromkeys(table["period"])))
    base = alt.Chart(table).encode(x=x, color=_colour(series, colours), xOffset=alt.XOffset("series:N", sort=series))
    limits = base.mark_rule(strokeWidth=2, opacity=0.5).encode(
        y=alt.Y("lower:Q", title=None, axis=alt.Axis(format="~%")), y2="upper:Q"
    )
    points = base.mark_point(filled=True, size=46, opacity=1).encode(
        y=alt.Y("value:Q", title=None, axis=alt.Axis(format="~%")),
        tooltip=[
            alt.Tooltip("series:N", title=" "),
            alt.Tooltip("period:O", title="Score day"),
            alt.Tooltip("text:N", title=" "),
        ],
    )
    return alt.layer(limits, points).properties(height=HEIGHT)

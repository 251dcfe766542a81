"""Voice: what customers answer and write."""

import pandas as pd
import streamlit as st

from dashboard import charts, data, formats, views
from dashboard.components import draw, drawable, heading, labels_of, nothing, nowhere, series, texts, tiles, trend
from dashboard.formats import plain, words
from dashboard.views import View

SHARES = {"detractor_share": charts.VERMILLION, "passive_share": charts.GREY, "promoter_share": charts.BLUE}
MOODS = {"negative": charts.VERMILLION, "neutral": charts.GREY, "unscored": "#CCCCCC", "positive": charts.BLUE}
THEMES = 15
TEXTS = 50
# the segments that marts.feedback knows
CUT_BY = ("plan", "country", "csm")
FAMILY = ("net_promoter_score", "customer_satisfaction_score", "customer_effort_score", "net_sentiment")


def distribution(view: View) -> None:
    """Detractors, passives and promoters of the periods."""
    st.subheader("Who answered how", anchor=False)
    definitions = data.definitions()
    found = series(list(SHARES), view)
    found = found[found["value"].notna()]
    if found.empty:
        nothing("NPS answers")
        return
    found = found.sort_values("metric_name", key=lambda names: names.map(list(SHARES).index), kind="stable")
    scale = formats.scale(definitions["promoter_share"], found["value"])
    table = drawable(found, [definitions[name]["label"] for name in found["metric_name"]], view, scale)
    colours = {definitions[name]["label"]: colour for name, colour in SHARES.items()}
    draw(charts.stacked(table, labels_of(found, view), scale.axis, colours))


def themes(view: View) -> None:
    """What the texts of the chosen period are about, and in which mood."""
    st.subheader(f"What texts are about, {view.period.label}", anchor=False)
    found = data.frame(
        "select theme, sentiment_label, cast(sum(texts) as bigint) as texts from marts.feedback_themes"
        " where period_type = ? and period_start = ? group by theme, sentiment_label order by theme, sentiment_label",
        view.period_type,
        view.period.start,
    )
    if found.empty:
        nothing("texts")
        return
    sums = found.groupby("theme")["texts"].sum()
    order = sorted(sums.index, key=lambda theme: (theme == "(none)", -sums[theme], theme))[:THEMES]
    found = found[found["theme"].isin(order)]
    moods = [mood for mood in MOODS if mood in set(found["sentiment_label"])]
    found = found.sort_values("sentiment_label", key=lambda labels: labels.map(moods.index), kind="stable")
    found = found.sort_values("theme", key=lambda names: names.map(order.index), kind="stable")
    table = pd.DataFrame(
        {
            "name": [words(theme) if theme != "(none)" else "No theme" for theme in found["theme"]],
            "series": [mood.capitalize() for mood in found["sentiment_label"]],
            "value": found["texts"],
            "text": [f"{texts:,} texts" for texts in found["texts"]],
        }
    )
    draw(charts.bars(table, "texts", {mood.capitalize(): colour for mood, colour in MOODS.items()}, bar=30))
    st.caption("A text with several themes stands under each. The whole company, whatever segment is chosen.")


def verbatims(view: View) -> None:
    """The latest texts of the period, as they were written."""
    st.subheader(f"Verbatims, {view.period.label}", anchor=False)
    if not data.may_read("feedback"):
        st.info(plain(data.not_readable("feedback")))
        return
    known_themes = [
        row["theme"]
        for row in data.rows(
            "select distinct theme from marts.feedback_themes where period_type = ? and period_start = ? and theme <> '(none)' order by theme",
            view.period_type,
            view.period.start,
        )
    ]
    with st.container(horizontal=True):
        theme = views.option(
            "Theme",
            "theme",
            ["any", *known_themes],
            {"any": "Any theme"} | {name: words(name) for name in known_themes},
        )
        mood = views.option(
            "Mood", "mood", ["any", *MOODS], {"any": "Any mood"} | {name: name.capitalize() for name in MOODS}
        )
    columns = data.shown_columns("feedback", "said_date, channel, sentiment_label, themes, customer_id, text")
    conditions, parameters = ["said_date >= ?", "said_date < ?"], [view.period.start, view.period.end]
    if mood != "any":
        conditions.append("sentiment_label = ?")
        parameters.append(mood)
    if theme != "any":
        conditions.append("', ' || replace(themes, ',', ', ') || ',' like ?")
        parameters.append(f"%, {theme},%")
    if view.segment in CUT_BY:
        conditions.append(f"{view.segment} = ?")
        parameters.append(view.value)
    found = data.frame(
        f"select {columns} from marts.feedback where {' and '.join(conditions)} order by said_at desc, text_id limit ?",
        *parameters,
        TEXTS,
    )
    if found.empty:
        nothing("texts of this choice")
        return
    texts(found, row_height=52 if "text" in found else None)
    hidden = "" if "text" in found else " What was written is personal data, and hidden."
    whole = "" if view.is_whole_company or view.segment in CUT_BY else " The whole company, whatever segment is chosen."
    st.caption(plain(f"The latest {TEXTS} at most.{hidden}{whole}"))


view = st.session_state["view"]
heading("Voice", view)
if not nowhere(FAMILY, "survey answer and no text"):
    tiles(FAMILY, view)
    left, right = st.columns(2)
    with left:
        trend("Net promoter score", ["net_promoter_score"], view)
    with right:
        distribution(view)
    left, right = st.columns(2)
    with left:
        trend("Satisfaction", ["customer_satisfaction_score"], view)
    with right:
        trend("Net sentiment of texts", ["net_sentiment"], view)
    themes(view)
    verbatims(view)

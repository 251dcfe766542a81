"""Customer: everything that is known of one."""

import pandas as pd
import streamlit as st

from dashboard import charts, data
from dashboard.components import draw, nothing, texts
from dashboard.formats import NOTHING, plain, words

FOUND = 20
EVENTS = 40
ROWS = 30
MONTHS = 60
TILES_A_ROW = 5
FACTS = (
    "customer_id, customer_name, as_of_day, state, plan, product_family, country, industry, company_size, acquisition_channel, csm, mrr, mrr_change,"
    " first_paid_day, tenure_months, next_renewal_day, health_score, health_band, health_score_change, churn_probability, churn_risk_tier,"
    " lifetime_value, latest_nps, latest_nps_day, open_tickets, open_severe_tickets, days_past_due, days_since_use, last_touch_day, next_best_reason,"
    " override_reason, override_expires_on"
)


def choose() -> str | None:
    """The customer of the address, or one that is looked for."""
    columns = data.shown_columns("customer_360", "customer_id, customer_name")
    sought = st.text_input(
        "Find a customer",
        placeholder="Part of its id" + (" or name" if "customer_name" in columns else ""),
        key="sought",
        persist_state="session",
    ).strip()
    pattern = f"%{sought.lower()}%"
    condition = " or ".join(f"lower({column}) like ?" for column in columns.split(", "))
    found = data.rows(
        f"select {columns}, mrr from marts.customer_360 where {condition} order by mrr desc, customer_id limit ?",
        *[pattern] * len(columns.split(", ")),
        FOUND,
    )
    asked = st.query_params.get("customer")
    names = {row["customer_id"]: _named(row) for row in found}
    if asked and asked not in names:
        direct = data.rows(f"select {columns}, mrr from marts.customer_360 where customer_id = ?", asked)
        if direct and not sought:
            names = {asked: _named(direct[0])} | names
        elif not direct:
            st.warning(plain(f"There is no customer {asked}."))
    if not names:
        return None
    state = st.session_state
    if asked in names and asked != state.get("customer written"):
        state["customer chosen"] = asked
    elif state.get("customer chosen") not in names:
        state["customer chosen"] = next(iter(names))
    chosen = st.selectbox(
        f"Customers found, of the largest MRR {FOUND} at most",
        list(names),
        format_func=names.get,
        key="customer chosen",
        persist_state="session",
    )
    st.query_params["customer"] = state["customer written"] = chosen
    return chosen


def _named(row: dict) -> str:
    name = f" · {row['customer_name']}" if row.get("customer_name") else ""
    return f"{row['customer_id']}{name} · MRR {row['mrr']:,.0f}"


def facts(customer: str) -> None:
    """What is so on the as-of day."""
    columns = data.shown_columns("customer_360", FACTS)
    row = data.rows(f"select {columns} from marts.customer_360 where customer_id = ?", customer)[0]
    name = f" · {row['customer_name']}" if row.get("customer_name") else ""
    st.subheader(plain(f"{customer}{name}"), anchor=False)
    attributes = [
        row[column]
        for column in ("plan", "product_family", "country", "industry", "company_size", "acquisition_channel", "csm")
    ]
    st.caption(plain(" · ".join([row["state"], *map(str, attributes), f"as of {row['as_of_day']}"])))
    if row["next_best_reason"]:
        st.info(plain(row["next_best_reason"]), icon=":material/call:")
    if row["override_reason"]:
        st.info(plain(f"Judged otherwise by a person until {row['override_expires_on']}: {row['override_reason']}"))
    shown = {
        "MRR": (_number(row["mrr"], ",.0f"), _number(row["mrr_change"], "+,.0f"), "in 90 days"),
        "Health": (
            _number(row["health_score"], ".1f"),
            _number(row["health_score_change"], "+.1f"),
            row["health_band"],
        ),
        "Churn probability": (_percent(row["churn_probability"]), None, row["churn_risk_tier"]),
        "Lifetime value": (_number(row["lifetime_value"], ",.0f"), None, None),
        "Last NPS answer": (_number(row["latest_nps"], ".0f"), None, row["latest_nps_day"]),
        "Open tickets": (_number(row["open_tickets"], ",.0f"), None, f"{row['open_severe_tickets'] or 0} severe"),
        "Days past due": (_number(row["days_past_due"], ",.0f"), None, None),
        "Days since use": (_number(row["days_since_use"], ",.0f"), None, None),
        "Last touch": (str(row["last_touch_day"] or NOTHING), None, None),
        "Next renewal": (
            str(row["next_renewal_day"] or NOTHING),
            None,
            f"{row['tenure_months']} months so far" if row["tenure_months"] else None,
        ),
    }
    places = [*st.columns(TILES_A_ROW), *st.columns(TILES_A_ROW)]
    for place, (label, (value, change, note)) in zip(places, shown.items(), strict=True):
        with place, st.container(border=True, height="stretch", gap="xxsmall"):
            st.metric(label, plain(value), delta=change, delta_color=_colour(change))
            if note:
                st.caption(plain(note))


def _number(value: object, form: str) -> str | None:
    if value is None:
        return None if form.startswith("+") else NOTHING
    text = format(float(value), form)
    return text if any(digit in text for digit in "123456789") or not form.startswith("+") else None


def _percent(value: object) -> str:
    return NOTHING if value is None else f"{100 * float(value):.1f}%"


def _colour(change: str | None) -> str:
    return "gray" if not change else "blue" if change.startswith("+") else "orange"


def money(customer: str) -> None:
    """MRR at the close of each month."""
    st.subheader("MRR", anchor=False)
    found = data.frame(
        "select period_start, is_complete, closing_mrr from marts.customer_periods where customer_id = ? and period_type = 'month'"
        " order by period_start desc limit ?",
        customer,
        MONTHS,
    )
    if found.empty:
        nothing("MRR of this customer")
        return
    found = found.sort_values("period_start")
    months = pd.date_range(found["period_start"].min(), found["period_start"].max(), freq="MS")
    table = pd.DataFrame(
        {
            "series": "MRR at the close",
            "period": [f"{day:%b %Y}" for day in found["period_start"]],
            "value": found["closing_mrr"],
            "text": [f"{value:,.2f}" for value in found["closing_mrr"]],
            "is_complete": found["is_complete"].astype(bool),
        }
    )
    draw(charts.stacked(table, [f"{month:%b %Y}" for month in months], height=230))


def latest_scores(customer: str) -> pd.DataFrame:
    """Its scores, the last one first; asked for once."""
    return data.frame(
        "select score_day, score, colour from marts.customer_health where customer_id = ? and score is not null order by score_day desc limit ?",
        customer,
        MONTHS,
    )


def scores(customer: str) -> None:
    """Health on each score day."""
    st.subheader("Health score", anchor=False)
    found = latest_scores(customer).sort_values("score_day")
    if found.empty:
        nothing("health scores of this customer")
        return
    table = pd.DataFrame(
        {
            "series": "Health score",
            "period": [f"{day:%d %b %Y}" for day in found["score_day"]],
            "value": found["score"],
            "text": [f"{row.score:.1f} ({row.colour})" for row in found.itertuples()],
            "is_complete": True,
        }
    )
    draw(charts.lines(table, list(table["period"]), height=230))


def contributions(customer: str) -> None:
    """What each measure added to the last score, and what it cost."""
    st.subheader("What makes the score", anchor=False)
    last = next(iter(latest_scores(customer)["score_day"]), None)
    found = data.frame(
        "select measure, raw_value, contribution, points_lost from marts.customer_health_measures where customer_id = ? and score_day = ?"
        " and status <> 'gone' and (contribution <> 0 or points_lost > 0) order by points_lost desc, measure",
        customer,
        last,
    )
    if found.empty:
        nothing("health measures of this customer")
        return
    rows = []
    for row in found.itertuples():
        value = "unknown" if pd.isna(row.raw_value) else f"{row.raw_value:,.4g}"
        rows += [
            {
                "name": words(row.measure),
                "series": "Added",
                "value": max(row.contribution, 0.0),
                "text": f"added {row.contribution:.1f} ({value})",
            },
            {
                "name": words(row.measure),
                "series": "Lost",
                "value": row.points_lost,
                "text": f"lost {row.points_lost:.1f} ({value})",
            },
        ]
    draw(charts.bars(pd.DataFrame(rows), "points of 100", {"Added": charts.BLUE, "Lost": charts.VERMILLION}))
    st.caption(plain(f"On {last}; most points lost first."))


def prediction(customer: str) -> None:
    """The reasons of the last prediction of churn."""
    st.subheader("What makes churn likelier", anchor=False)
    found = data.rows(
        "select score_day, probability, hazard, reason_1, reason_1_contribution, reason_2, reason_2_contribution, reason_3, reason_3_contribution"
        " from marts.churn_predictions where customer_id = ? order by score_day desc limit 1",
        customer,
    )
    reasons = [
        (found[0][f"reason_{place}"], found[0][f"reason_{place}_contribution"])
        for place in (1, 2, 3)
        if found and found[0][f"reason_{place}"]
    ]
    if not reasons:
        nothing("predictions of this customer")
        return
    table = pd.DataFrame(
        {
            "name": [words(reason) for reason, _ in reasons],
            "value": [float(amount) for _, amount in reasons],
            "text": [f"{float(amount):+.2f}" for _, amount in reasons],
        }
    )
    draw(charts.signed_bars(table, "added to the log-odds"))
    st.caption(
        plain(
            f"On {found[0]['score_day']}: {_percent(found[0]['probability'])} by the model, {_percent(found[0]['hazard'])} of customers like it."
        )
    )


def events(customer: str) -> None:
    """What moved its MRR, day by day."""
    st.subheader("Events", anchor=False)
    found = data.frame(
        "select period_start, movement, amount, closing_mrr, plan from marts.mrr_movements where customer_id = ? and period_type = 'day'"
        " and movement <> 'fx' order by period_start desc limit ?",
        customer,
        EVENTS,
    )
    if found.empty:
        nothing("movements of this customer")
        return
    found["movement"] = found["movement"].map(words)
    st.dataframe(
        found,
        hide_index=True,
        width="stretch",
        column_config={
            "period_start": st.column_config.DateColumn("Day"),
            "movement": "Movement",
            "amount": st.column_config.NumberColumn("MRR", format="%+,.2f"),
            "closing_mrr": st.column_config.NumberColumn("MRR then", format="%,.2f"),
            "plan": "Plan",
        },
    )


def tickets(customer: str) -> None:
    """Its latest tickets."""
    st.subheader("Tickets", anchor=False)
    found = data.frame(
        "select created_date, severity, channel, last_solved_date, messages, is_reopened from marts.tickets where customer_id = ?"
        " order by created_at desc, ticket_id limit ?",
        customer,
        ROWS,
    )
    if found.empty:
        nothing("tickets of this customer")
        return
    found["severity"] = found["severity"].fillna("")
    st.dataframe(
        found,
        hide_index=True,
        width="stretch",
        column_config={
            "created_date": st.column_config.DateColumn("Created"),
            "severity": "Severity",
            "channel": "Channel",
            "last_solved_date": st.column_config.DateColumn("Solved"),
            "messages": "Messages",
            "is_reopened": "Reopened",
        },
    )


def answers(customer: str) -> None:
    """What it answered and wrote."""
    st.subheader("Answers and texts", anchor=False)
    if not data.may_read("feedback"):
        st.info(plain(data.not_readable("feedback")))
        return
    columns = data.shown_columns("feedback", "said_date, channel, sentiment_label, themes, text")
    found = data.frame(
        f"select {columns} from marts.feedback where customer_id = ? order by said_at desc, text_id limit ?",
        customer,
        ROWS,
    )
    if found.empty:
        nothing("texts of this customer")
        return
    texts(found)
    if "text" not in found:
        st.caption("What was written is personal data, and hidden.")


st.title("Customer")
if not data.may_read("customer_360"):
    st.info(plain(data.not_readable("customer_360")))
elif not (customer := choose()):
    nothing("customers")
else:
    facts(customer)
    left, right = st.columns(2)
    with left:
        money(customer)
        # asked last, since it takes longest
        below_money = st.container()
        events(customer)
    with right:
        scores(customer)
        prediction(customer)
        tickets(customer)
    answers(customer)
    with below_money:
        contributions(customer)

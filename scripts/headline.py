"""The latest complete month of a published database in some thirty figures, and what to type next."""

import os
from collections.abc import Callable
from typing import NamedTuple

from rich import box
from rich.table import Table

from console import console, local, say
from published import Published, Readable

RULES_SHOWN = 5
OTHER_CAUSES = ("the code", "the seeds", "the settings", "the as-of day")
REQUIRED = ("customers", "plans", "subscriptions", "subscription_items")
MANY_REJECTED = 0.1  # of a required table: then the headline is hardly that of the company


class Figure(NamedTuple):
    """A metric of the headline and how it is written."""

    metric: str
    unit: str


FIGURES = [
    Figure("mrr", "money"),
    Figure("arr", "money"),
    Figure("net_new_mrr", "money"),
    Figure("mrr_growth_rate", "percent"),
    Figure("net_revenue_retention", "percent"),
    Figure("gross_revenue_retention", "percent"),
    Figure("customer_churn_rate", "percent"),
    Figure("paying_customers", "count"),
    Figure("new_customers", "count"),
    Figure("reactivated_customers", "count"),
    Figure("resumed_customers", "count"),
    Figure("churned_customers", "count"),
    Figure("paused_customers", "count"),
    Figure("average_revenue_per_account", "cents"),
    Figure("quick_ratio", "number"),
]
# of the other families: shown where the extract has what they need
FURTHER_FIGURES = [
    Figure("net_promoter_score", "points"),
    Figure("customer_satisfaction_score", "percent"),
    Figure("net_sentiment", "points"),
    Figure("average_first_response_time", "hours"),
    Figure("average_resolution_time", "hours"),
    Figure("monthly_active_users", "count"),
    Figure("product_stickiness", "percent"),
    Figure("customer_acquisition_cost", "cents"),
    Figure("customer_lifetime_value", "cents"),
    Figure("accounts_per_csm", "decimal"),
    Figure("customer_health_score", "points"),
    Figure("mrr_at_risk", "money"),
    Figure("expected_churned_mrr", "money"),
    Figure("predicted_customer_lifetime_value", "cents"),
]
FORMATS: dict[str, Callable[[float, str], str]] = {
    "money": lambda value, sign: f"{value:{sign},.0f}",
    "cents": lambda value, sign: f"{value:{sign},.2f}",
    "percent": lambda value, sign: f"{value * 100:{sign}.1f}" + (" pp" if sign else "%"),
    "count": lambda value, sign: f"{value:{sign},.0f}",
    "number": lambda value, sign: f"{value:{sign}.2f}",
    "decimal": lambda value, sign: f"{value:{sign}.1f}",
    "points": lambda value, sign: f"{value:{sign}.1f}",
    "hours": lambda value, sign: f"{value / 3600:{sign}.1f} h",
}


def show(published: Published, is_sample: bool) -> None:
    """Print the figures, the counts and what to type next."""
    with published.open() as database:
        say()
        show_figures(database)
        say()
        show_counts(database)
    say()
    show_next(published, is_sample)


def show_figures(database: Readable) -> None:
    """The latest complete month beside the one before."""
    months = database.execute(
        "select distinct period_start from marts.metrics where period_type = 'month' and segment_name = 'all' and is_complete order by 1 desc limit 2"
    ).fetchall()
    if not months:
        say("No month of the data is complete: there is no headline yet.")
        return
    values = {
        (name, month): value
        for name, month, value in database.execute(
            """
            select metric_name, period_start, value from marts.metrics
            where period_type = 'month' and segment_name = 'all' and segment_value = 'all' and period_start >= ?
            """,
            [months[-1][0]],
        ).fetchall()
    }
    currency = database.execute("select reporting_currency from intermediate.int_reporting_currency").fetchone()
    latest, before = months[0][0], months[1][0] if len(months) > 1 else None
    money = f" (money in {currency[0]})" if currency and currency[0] else ""
    say(f"{latest:%B %Y}, the latest complete month{money}", style="bold")
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("metric")
    for heading in (f"{latest:%b %Y}", f"{before:%b %Y}" if before else "", "change"):
        table.add_column(heading, justify="right")
    known = {name for name, _ in values}
    for figures in (FIGURES, [figure for figure in FURTHER_FIGURES if figure.metric in known]):
        for figure in figures:
            now, then = values.get((figure.metric, latest)), values.get((figure.metric, before))
            table.add_row(
                figure.metric,
                written(now, figure.unit),
                written(then, figure.unit) if before else "",
                "" if now is None or then is None else written(now - then, figure.unit, sign="+"),
            )
        table.add_section()
    console.print(table)


def written(value: float | None, unit: str, sign: str = "") -> str:
    """A value in its unit, a dash where there is none."""
    if value is None:
        return "-"
    text = FORMATS[unit](float(value), sign)
    # what rounds to nothing has no sign
    return (
        text
        if any(digit in text for digit in "123456789")
        else FORMATS[unit](0.0, "+" if sign else "").replace("+", "")
    )


def show_counts(database: Readable) -> None:
    """The as-of day, customers, and the raw rows that were not believed; in red a table that lost many."""
    as_of = database.execute("select as_of_day from intermediate.int_as_of").fetchone()[0]
    given = (
        os.environ.get("AS_OF")
        or "the latest day of sign-ups, starts, invoices, usage, tickets and surveys; another: AS_OF=YYYY-MM-DD"
    )
    say(f"As of {as_of}" + ("" if given == str(as_of) else f" ({given})"))
    customers = database.execute("select count(*) from marts.customers").fetchone()[0]
    say(f"{customers:,} customer{'s' * (customers != 1)}")
    rules = database.execute(
        "select rule, is_kept, count(*) from marts.rejected_rows group by rule, is_kept order by is_kept, 3 desc, 1"
    ).fetchall()
    for is_kept, text in ((False, "rejected"), (True, "kept, but listed")):
        counts = [(rule, count) for rule, kept, count in rules if kept is is_kept]
        shown_rules = ", ".join(f"{rule} {count:,}" for rule, count in counts[:RULES_SHOWN])
        more = f", {len(counts) - RULES_SHOWN} more rules" if len(counts) > RULES_SHOWN else ""
        total = sum(count for _, count in counts)
        if counts or not is_kept:
            say(f"{total:,} raw row{'s' * (total != 1)} {text}{': ' if counts else ''}{shown_rules}{more}")
    show_model(database)
    for table in REQUIRED:
        rows, rejected = database.execute(
            f"select count(*), count(*) filter (where fate = 'rejected') from staging.base_billing__{table}"
        ).fetchone()
        if rejected > MANY_REJECTED * rows:
            say(f"{table}: {rejected:,} of {rows:,} rows rejected, and so in no figure", style="bold red")


def show_model(database: Readable) -> None:
    """What stands against the predictions of churn: no model in force, or one that learned from other customers."""
    (status,) = database.execute("select status from marts.trained_models where kind = 'churn'").fetchone()
    if status != "in force":
        say(f"No churn is predicted, since the model is {status}: make train, then make build again")
    # there is something new to learn once a month has passed
    if shifted := database.execute(
        "select feature from marts.churn_feature_stability inner join marts.trained_models on kind = 'churn'"
        " where churn_feature_stability.status = 'shifted' and score_day > trained_through + 31 order by stability_index desc"
    ).fetchall():
        names = ", ".join(name for (name,) in shifted)
        say(
            f"The churn model learned from other customers than there are now, by {names}: make train, then make build again",
            style="yellow",
        )


def show_revisions(published: Published) -> None:
    """One line where this build changed figures that had been settled, and why; in red where books are closed on them."""
    with published.open() as database:
        figures, metrics, closed = database.execute(
            "select count(*), count(distinct metric_name), count(*) filter (where is_closed) from marts.metric_revisions"
            " where build_id = (select max(build_id) from marts.builds)"
        ).fetchone()
        if not figures:
            return
        before, tables, *others = database.execute(
            "select builds.built_at, changed_tables, is_code_changed, are_seeds_changed, are_settings_changed, is_as_of_day_changed"
            " from intermediate.int_build_changes left join marts.builds on builds.build_id = previous_build_id"
        ).fetchone()
    causes = [*(tables or "").split(", "), *(name for name, is_so in zip(OTHER_CAUSES, others, strict=True) if is_so)]
    why = f", because {', '.join(cause for cause in causes if cause)} changed" if any(causes) else ""
    of_closed = f", {closed:,} of them of closed periods," if closed else ""
    say()
    say(
        f"{figures:,} published figure{'s' * (figures != 1)} of {metrics} metric{'s' * (metrics != 1)}{of_closed} changed since the build"
        f" {'of ' + local(before) if before else 'before'}{why}: make ask{published.setting} Q=what_was_restated",
        style="bold red" if closed else "yellow",
    )


def show_next(published: Published, is_sample: bool) -> None:
    """How to connect, and the commands that go on from here."""
    setting = published.setting
    say(f"The database: {published.name}")
    for hint in published.hints:
        say(f"  {hint}")
    say()
    say("Next:", style="bold")
    for question in ("what_moved_mrr", "who_is_at_risk"):
        say(f"  make ask{setting} Q={question}")
    for sql in (
        "select metric_name, description from marts.metric_definitions",
        "select source_table, rule, count(*) from marts.rejected_rows group by 1, 2 order by 1, 2",
    ):
        say(f'  make query{setting} SQL="{sql}"')
    if is_sample:
        say("Your own data, a folder of Parquet or CSV files named as the raw tables:")
        say(f"  make build{setting} RAW_DATA_DIR=path/to/extracts {published.elsewhere}".rstrip())

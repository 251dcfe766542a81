"""What the SQL built against what the oracle counts, figure by figure. No difference: an empty list of sentences."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import fields
from decimal import Decimal
from statistics import NormalDist, fmean, stdev
from typing import Any

from tests.oracle import METRICS, Result, health, product, support, team, validity, voice
from tests.oracle.movements import Movement

Query = Callable[[str], list[tuple]]
SHOWN = 5
Z = NormalDist().inv_cdf(0.975)
MONEY = [field.name for field in fields(Movement) if field.name != "movement_class"]


def is_close(one: Any, other: Any) -> bool:
    """Equal to nine digits; what should be 0 may be off by rounding of floating numbers."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def is_exactly(one: Any, other: Any) -> bool:
    """Equal to the last digit. A count may come as a floating number."""
    if one is None or other is None:
        return one is other
    return Decimal(one) == Decimal(other)


def all_differences(query: Query, expected: Result) -> list[str]:
    """Every table that the oracle knows, the first rows that differ of each."""
    found = []
    for compare in (
        rejected_differences,
        movement_differences,
        customer_period_differences,
        detail_differences,
        customer_differences,
        day_differences,
        metric_differences,
        mean_limit_differences,
        cohort_differences,
        survival_differences,
        churn_reason_differences,
        *(compare for mart in MARTS.values() for compare in mart),
    ):
        found += compare(query, expected)
    return found


def assert_same(query: Query, expected: Result, story: str = "") -> None:
    """Fails with the metrics, the cells and both figures."""
    differences = all_differences(query, expected)
    assert not differences, "\n".join([f"SQL and oracle differ {story}".strip(), *differences])


def family_differences(family: str, query: Query, expected: Result) -> list[str]:
    """The metrics of one family, its marts, and the rejected rows of all tables."""
    names = {name for name, metric in METRICS.items() if metric.family == family}
    found = rejected_differences(query, expected) + metric_differences(query, expected, names)
    found += mean_limit_differences(query, expected)
    for compare in MARTS.get(family, ()):
        found += compare(query, expected)
    return found


def metric_differences(query: Query, expected: Result, only: Collection[str] | None = None) -> list[str]:
    """marts.metrics, both directions; grouped by metric and by what differs. `only`: metrics of these names."""
    columns = "metric_name, period_type, period_start, segment_name, segment_value"
    rows = query(f"select {columns}, period_end, is_complete, numerator, denominator, value from marts.metrics")
    actual = {row[:5]: row[5:] for row in rows}
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    if len(rows) != len(actual):
        twice = [key for key, times in Counter(row[:5] for row in rows).items() if times > 1]
        groups["(any)", "rows of one cell"] = [_name(key) for key in twice]
    alike = {key for key, cell in actual.items() if key in expected.metrics and _is_cell(cell, expected.metrics[key])}
    for key in sorted((actual.keys() | expected.metrics.keys()) - alike, key=str):
        metric = key[0]
        if only is not None and metric not in only:
            continue
        if key not in actual:
            groups[metric, "missing in SQL"].append(f"{_name(key)}: oracle {_figures(expected.metrics[key])}")
            continue
        if key not in expected.metrics:
            groups[metric, "not in the oracle"].append(f"{_name(key)}: SQL {_figures(actual[key])}")
            continue
        mine, wanted = actual[key], expected.metrics[key]
        kind = METRICS[metric].kind
        tests = {
            "period_end": mine[0] == wanted.period_end,
            "is_complete": mine[1] == wanted.is_complete,
            "numerator": is_exactly(mine[2], wanted.numerator),
            "denominator": is_exactly(mine[3], wanted.denominator),
            "value": is_close(mine[4], None if wanted.value is None else float(wanted.value)),
        }
        if wrong := [name for name, is_same in tests.items() if not is_same]:
            groups[metric, f"{kind}: {', '.join(wrong)}"].append(
                f"{_name(key)}: SQL {_figures(mine)}, oracle {_figures(wanted)}"
            )
    return _report(groups)


def _is_cell(mine: tuple, wanted: Any) -> bool:
    """Whether all figures are equal to the last digit, as most are; others are looked at one by one."""
    value = None if wanted.value is None else float(wanted.value)
    return mine == (wanted.period_end, wanted.is_complete, wanted.numerator, wanted.denominator, value)


def mean_limit_differences(query: Query, expected: Result) -> list[str]:
    """Limits of means by the textbook, mean +- z s / sqrt(n), from the values themselves."""
    columns = "metric_name, period_type, period_start, segment_name, segment_value"
    names = sorted({key[0] for key, cell in expected.metrics.items() if cell.values is not None})
    if not names:
        return []
    rows = query(
        f"select {columns}, lower_bound, upper_bound, sample_size from marts.metrics"
        f" where metric_name in ({', '.join(map(repr, names))})"
    )
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        key, mine = row[:5], row[5:]
        if key not in expected.metrics:
            continue  # metric_differences says so
        values = [float(value) for value in expected.metrics[key].values]
        wanted: tuple = (None, None, len(values) or None)
        if len(values) > 1:
            half = Z * stdev(values) / math.sqrt(len(values))
            wanted = (fmean(values) - half, fmean(values) + half, len(values))
        if not all(is_limit(one, other) for one, other in zip(mine, wanted, strict=True)):
            groups[key[0], "limits"].append(f"{_name(key)}: SQL {_figures(mine)}, oracle {_figures(wanted)}")
    return _report(groups)


def is_limit(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def movement_differences(query: Query, expected: Result) -> list[str]:
    """customer_periods and mrr_movements against the oracle's movements."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    amounts = (
        "opening_mrr, closing_mrr, new_mrr, reactivation_mrr, resumed_mrr, expansion_mrr, contraction_mrr, churned_mrr,"
        " paused_mrr, fx_mrr"
    )
    rows = query(
        f"select period_type, period_start, customer_id, movement, {amounts} from marts.customer_periods"
        " where opening_mrr > 0 or closing_mrr > 0"
    )
    actual = {row[:3]: row[3:] for row in rows}
    for key in sorted(actual.keys() | expected.movements.keys(), key=str):
        mine, one = actual.get(key), expected.movements.get(key)
        wanted = one and (
            {"unchanged": "none"}.get(one.movement_class, one.movement_class),
            *(getattr(one, name) for name in MONEY),
        )
        if mine is None or wanted is None or mine[0] != wanted[0] or any(map(_differ, mine[1:], wanted[1:])):
            groups["customer_periods", "movement"].append(
                f"{_name(key)}: SQL {_figures(mine)}, oracle {_figures(wanted)}"
            )
    rows = query(
        "select period_type, period_start, customer_id, movement, sum(amount) from marts.mrr_movements"
        " where period_type <> 'day' and movement <> 'transfer' group by 1, 2, 3, 4"
    )
    moved = {row[:4]: row[4] for row in rows}
    wanted_moves = {}
    for key, one in expected.movements.items():
        if one.movement_class != "unchanged":
            wanted_moves[*key, one.movement_class] = (
                one.new + one.reactivation + one.resumed + one.expansion - one.contraction - one.churn - one.paused
            )
        if one.fx:
            wanted_moves[*key, "fx"] = one.fx
    for key in sorted(moved.keys() | wanted_moves.keys(), key=str):
        if not is_exactly(moved.get(key), wanted_moves.get(key)):
            groups["mrr_movements", "amount"].append(
                f"{_name(key)}: SQL {moved.get(key)}, oracle {wanted_moves.get(key)}"
            )
    return _report(groups)


def customer_period_differences(query: Query, expected: Result) -> list[str]:
    """customer_periods, column by column, and which customers are there."""
    keys = ("period_type", "period_start", "customer_id")
    return _row_differences(query, "customer_periods", keys, expected.customer_periods)


def detail_differences(query: Query, expected: Result) -> list[str]:
    """mrr_movement_details: every component, and what is sold of every plan."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    actual: dict[tuple, tuple[Decimal, ...]] = {}
    key = "period_type, period_start, customer_id, component"
    for row in query(
        f"select {key}, sum(amount) from marts.mrr_movement_details where component <> 'as_sold' group by all having sum(amount) <> 0"
    ):
        actual[row[:4]] = row[4:]
    for row in query(
        f"select {key}, product_family, plan_id, opening_mrr, closing_mrr from marts.mrr_movement_details where component = 'as_sold'"
    ):
        actual[row[:6]] = row[6:]
    wanted = {(*key, *part): amounts for key, parts in expected.details.items() for part, amounts in parts.items()}
    for key in sorted(actual.keys() | wanted.keys(), key=str):
        mine, theirs = actual.get(key), wanted.get(key)
        if mine is None or theirs is None or any(map(_differ, mine, theirs)):
            groups["mrr_movement_details", key[3]].append(
                f"{_name(key)}: SQL {_figures(mine)}, oracle {_figures(theirs)}"
            )
    return _report(groups)


def customer_differences(query: Query, expected: Result) -> list[str]:
    """customers, where each stands on the last day; who never paid may not have been seen yet."""
    there = set(query("select customer_id from marts.customers"))
    wanted = {(name,): row for name, row in expected.customers.items() if row["first_paid_day"] or (name,) in there}
    return _row_differences(query, "customers", ("customer_id",), wanted)


def day_differences(query: Query, expected: Result) -> list[str]:
    """mrr_movements by day, with the attributes that a movement counts for."""
    keys = ("customer_id", "period_start", "movement")
    return _row_differences(query, "mrr_movements", keys, expected.days, where="period_type = 'day'")


def rejected_differences(query: Query, expected: Result) -> list[str]:
    """rejected_rows, and rows in = staged + folded + rejected of each raw table."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    rows = query("select source_table, coalesce(row_key, ''), rule, is_kept from marts.rejected_rows")
    actual = Counter(rows)
    wanted = Counter((table, key or "", rule, is_kept) for table, key, rule, is_kept in expected.rejected)
    for row in sorted((actual - wanted).elements()):
        groups[row[0], "rejected by SQL only"].append(f"{row[1]}: {row[2]}{' (kept)' if row[3] else ''}")
    for row in sorted((wanted - actual).elements()):
        groups[row[0], "rejected by the oracle only"].append(f"{row[1]}: {row[2]}{' (kept)' if row[3] else ''}")
    models = query(
        "select table_name from information_schema.tables"
        " where table_catalog = current_database() and table_schema = 'staging' and table_name like 'base_%'"
    )
    by_table = {name.split("__", 1)[1]: name for (name,) in models}
    for table, counts in expected.counts.items():
        fates = dict(query(f"select fate, count(*) from staging.{by_table[table]} group by 1"))
        mine = tuple(fates.get(fate, 0) for fate in ("staged", "folded", "rejected"))
        theirs = counts.staged, counts.folded, counts.rejected
        if mine != theirs:
            groups[table, "rows staged, folded, rejected"].append(f"SQL {mine}, oracle {theirs}")
    return _report(groups)


def cohort_differences(query: Query, expected: Result) -> list[str]:
    """cohort_retention; an age that lies ahead is null."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    rows = query(
        "select cohort_month, age_months, cohort_customers, retained_customers, mrr_at_cohort_rates, mrr"
        " from marts.cohort_retention"
    )
    actual = {row[:2]: row[2:] for row in rows}
    for key in sorted(actual.keys() | expected.cohorts.keys()):
        mine, wanted = actual.get(key), expected.cohorts.get(key)
        if wanted is None and mine and not any(figure is not None for figure in mine[1:]):
            continue
        if mine is None or wanted is None or any(map(_differ, mine, wanted)):
            groups["cohort_retention", "cohort"].append(
                f"{_name(key)}: SQL {_figures(mine)}, oracle {_figures(wanted)}"
            )
    return _report(groups)


def survival_differences(query: Query, expected: Result) -> list[str]:
    """survival_curves of all customers."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    rows = query(
        "select age_months, at_risk, events, censored, survival from marts.survival_curves where segment_name = 'all'"
    )
    actual = {row[0]: row[1:] for row in rows}
    for age in sorted(actual.keys() | expected.survival.keys()):
        mine, wanted = actual.get(age), expected.survival.get(age)
        if mine is None or wanted is None or mine[:3] != wanted[:3] or not is_close(mine[3], wanted[3]):
            groups["survival_curves", "age"].append(f"{age}: SQL {_figures(mine)}, oracle {_figures(wanted)}")
    return _report(groups)


def churn_reason_differences(query: Query, expected: Result) -> list[str]:
    """churn_reasons of all customers."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    rows = query(
        "select period_type, period_start, segment_value, churn_reason, churned_customers, churned_mrr"
        " from marts.churn_reasons where segment_name = 'all'"
    )
    actual = {row[:4]: row[4:] for row in rows}
    for key in sorted(actual.keys() | expected.churn_reasons.keys(), key=str):
        mine, wanted = actual.get(key), expected.churn_reasons.get(key)
        if mine is None or wanted is None or any(map(_differ, mine, wanted)):
            groups["churn_reasons", "reason"].append(f"{_name(key)}: SQL {_figures(mine)}, oracle {_figures(wanted)}")
    return _report(groups)


def _differ(one: Any, other: Any) -> bool:
    return not is_exactly(one, other)


def _name(key: Iterable[Any]) -> str:
    return " ".join(map(str, key))


def _figures(figures: Iterable[Any] | None) -> str:
    return "nothing" if figures is None else "(" + ", ".join(map(_short, figures)) + ")"


def _short(figure: Any) -> str:
    return f"{figure.normalize():f}" if isinstance(figure, Decimal) else str(figure)


def _report(groups: dict[tuple[str, str], list[str]]) -> list[str]:
    lines = []
    for (subject, what), cells in sorted(groups.items()):
        lines.append(f"{subject}: {what}: {len(cells)} of them")
        lines += [f"    {cell}" for cell in cells[:SHOWN]]
    return lines


def ticket_differences(query: Query, expected: Result) -> list[str]:
    """The mart tickets, every figure of every counted ticket."""
    if "support" not in expected.gathered:
        return []
    gathered = expected.gathered["support"]
    wanted = {(one.row["ticket_id"],): support.told(gathered, one) for one in gathered.tickets}
    return _row_differences(query, "tickets", ("ticket_id",), wanted)


def service_level_differences(query: Query, expected: Result) -> list[str]:
    """The mart call_service_levels: all five forms, by queue."""
    if "support" not in expected.gathered:
        return []
    keys = ("period_type", "period_start", "scope", "queue")
    return _row_differences(query, "call_service_levels", keys, support.service_levels(expected.gathered["support"]))


def _row_differences(
    query: Query,
    mart: str,
    keys: tuple[str, ...],
    wanted: dict[tuple, dict[str, Any]],
    schema: str = "marts",
    is_same_figure: Callable[[Any, Any], bool] | None = None,
    where: str = "true",
) -> list[str]:
    """The rows of a mart by key, the columns that the reference has; those of a condition alone, where one is given."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    names = list(next(iter(wanted.values()), {}))
    rows = query(f"select {', '.join((*keys, *names))} from {schema}.{mart} where {where}")
    actual = {row[: len(keys)]: row[len(keys) :] for row in rows}
    if len(rows) != len(actual):
        groups[mart, "rows of one key"].append(f"{len(rows) - len(actual)} too many")
    alike = {key for key, row in actual.items() if key in wanted and row == tuple(wanted[key].values())}
    for key in sorted((actual.keys() | wanted.keys()) - alike, key=str):
        if key not in actual or key not in wanted:
            groups[mart, "rows"].append(f"{_name(key)}: {'not in SQL' if key not in actual else 'SQL only'}")
            continue
        for name, mine, theirs in zip(names, actual[key], wanted[key].values(), strict=True):
            if is_same_figure and isinstance(theirs, float | Decimal):
                is_same = is_same_figure(mine, theirs)
            else:
                is_same = is_close(mine, theirs) if isinstance(theirs, float) else mine == theirs
            if not is_same:
                groups[mart, name].append(f"{_name(key)}: SQL {_short(mine)}, oracle {_short(theirs)}")
    return _report(groups)


def feedback_differences(query: Query, expected: Result) -> list[str]:
    """The marts feedback and feedback_themes."""
    if "voice" not in expected.gathered:
        return []
    gathered = expected.gathered["voice"]
    by_theme = ("period_type", "period_start", "theme", "channel", "sentiment_label")
    return _row_differences(query, "feedback", ("text_id",), voice.texts_told(gathered)) + _row_differences(
        query, "feedback_themes", by_theme, voice.themes_told(gathered)
    )


def scorecard_differences(query: Query, expected: Result) -> list[str]:
    """The mart csm_scorecard, by period and manager."""
    if "team" not in expected.gathered:
        return []
    wanted = team.scorecard(expected.gathered)
    return _row_differences(query, "csm_scorecard", ("period_type", "period_start", "csm_id"), wanted)


def funnel_differences(query: Query, expected: Result) -> list[str]:
    """The mart adoption_funnel, by period, segment and step."""
    if "product" not in expected.gathered:
        return []
    keys = ("period_type", "period_start", "segment_name", "segment_value", "step_number")
    return _row_differences(query, "adoption_funnel", keys, product.funnel_steps(expected.gathered["product"]))


def spell_differences(query: Query, expected: Result) -> list[str]:
    """int_contract_spells: what contract lifetimes are fitted on."""
    if "growth" not in expected.gathered:
        return []
    spells = expected.gathered["growth"].lifetimes.spells()
    return _row_differences(
        query, "int_contract_spells", ("customer_id",), {(key,): told for key, told in spells.items()}, "intermediate"
    )


def lifetime_value_differences(query: Query, expected: Result) -> list[str]:
    """The mart customer_lifetime_values."""
    if "growth" not in expected.gathered:
        return []
    values = expected.gathered["growth"].lifetimes.values()
    return _row_differences(
        query, "customer_lifetime_values", ("customer_id",), {(key,): told for key, told in values.items()}
    )


def evidence_differences(query: Query, expected: Result) -> list[str]:
    """Every measure of every customer and score day, whether or not it weighs."""
    if "health" not in expected.gathered:
        return []
    gathered = expected.gathered["health"]
    wanted = {
        (customer.customer_id, day, measure): vars(one)
        for day, customers in gathered.paying.items()
        for customer in customers
        for measure, one in gathered.evidence(customer, day).items()
    }
    keys = ("customer_id", "score_day", "measure")
    return _row_differences(query, "int_customer_evidence", keys, wanted, "intermediate")


def score_differences(query: Query, expected: Result) -> list[str]:
    """The mart customer_health: every score, its bands, ranks and changes."""
    if "health" not in expected.gathered:
        return []
    return _row_differences(
        query, "customer_health", ("customer_id", "score_day"), health.told(expected.gathered["health"])
    )


def explanation_differences(query: Query, expected: Result) -> list[str]:
    """The mart customer_health_measures: what every score is made of."""
    if "health" not in expected.gathered:
        return []
    keys = ("customer_id", "score_day", "measure_group", "measure")
    return _row_differences(query, "customer_health_measures", keys, health.measures_told(expected.gathered["health"]))


def validity_differences(query: Query, expected: Result) -> list[str]:
    """What came of the scores: health_validity, health_band_churn, health_forewarning."""
    if "health" not in expected.gathered:
        return []
    gathered = expected.gathered["health"]
    of_day = ("score_day", "profile")
    return [
        *_row_differences(query, "health_validity", of_day, validity.validity_told(gathered)),
        *_row_differences(query, "health_band_churn", (*of_day, "colour"), validity.bands_told(gathered)),
        *_row_differences(query, "health_forewarning", ("month_start",), validity.forewarning_told(gathered)),
    ]


def prediction_differences(query: Query, expected: Result) -> list[str]:
    """Features, and all marts that tell of predicted churn."""
    if "health" not in expected.gathered:
        return []
    told = expected.gathered["health"].predictions
    features = {
        (one.customer.customer_id, one.day, name): {"value": value}
        for one in told.snapshots
        for name, value in one.features.items()
    }
    judged = ("model", "sample", "first_day", "last_day")
    return [
        line
        for found in (
            _row_differences(
                query, "int_churn_features", ("customer_id", "score_day", "feature"), features, "intermediate"
            ),
            _row_differences(
                query,
                "churn_predictions",
                ("score_day", "customer_id"),
                told.snapshots_told(),
                is_same_figure=is_as_predicted,
            ),
            _row_differences(query, "churn_prediction_quality", judged, told.quality_told()),
            _row_differences(
                query,
                "churn_prediction_calibration",
                (*judged, "decile"),
                told.calibration_told(),
                is_same_figure=is_as_predicted,
            ),
            _row_differences(query, "churn_feature_stability", ("feature",), told.stability_told()),
            _row_differences(query, "trained_models", ("kind",), told.models_told()),
        )
        for line in found
    ]


def is_as_predicted(one: Any, other: Any) -> bool:
    """A floating number on the way to a probability may round to the next tenth decimal."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


PREDICTION_MODELS = [
    "int_churn_features",
    "churn_predictions",
    "churn_prediction_quality",
    "churn_prediction_calibration",
    "churn_feature_stability",
    "trained_models",
]

# what a family publishes besides its metrics
MARTS: dict[str, tuple[Callable[[Query, Result], list[str]], ...]] = {
    "predictions": (prediction_differences,),
    "support": (ticket_differences, service_level_differences),
    "voice": (feedback_differences,),
    "product": (funnel_differences,),
    "team": (scorecard_differences,),
    "health": (evidence_differences, score_differences, explanation_differences),
    "validity": (validity_differences,),
    "lifetime": (spell_differences, lifetime_value_differences),
}

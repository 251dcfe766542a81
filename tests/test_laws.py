"""Laws that hold whatever the data: change a company, build both, compare.

Each test is named by its law (U universal, M recurring revenue, R retention). The company is the hand-made cast, where the law is about
any company, and one of a few rows, where it is about a special one.
"""

from __future__ import annotations

import copy
import math
import random
import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from tests.books import Book, Rows
from tests.compiled import Built, project, run
from tests.conftest import CAST, VARIABLES
from tests.oracle import METRICS, compute, read_folder
from tests.oracle.settings import SEGMENTS

Raw = dict[str, Rows]
Cells = dict[tuple, tuple]
AS_OF = "2024-06-20"
OUTCOME_WINDOWS = {name for name, metric in METRICS.items() if metric.window} | {"renewals_pending"}
# what a customer still waits for is not known when the period ends, and no window says when it will be
WAITS = {"time_to_value", "time_to_value_from_purchase", "time_to_value_mean"}
IDS = (
    "customer_id parent_customer_id from_customer_id into_customer_id subscription_id item_id item_version_id invoice_id"
    " invoice_line_id order_id user_id term_id renewed_to_term_id event_id plan_id"
    " ticket_id merged_into_ticket_id message_id author_id requester_id assignee_id call_id agent_id transferred_from_call_id"
    " referrer_customer_id referred_customer_id cost_id offer_id referral_id touch_id trial_id"
).split()
MONEY_COLUMNS = "unit_amount discount_amount amount total_excluding_tax tax amount_refunded amount_credited".split()


def cast() -> Raw:
    """The cast as rows, every one with the column `is_licensed` where it is a user's."""
    raw = copy.deepcopy(_cast())
    for row in raw["users"]:
        row.setdefault("is_licensed", None)
    return raw


@cache
def _cast() -> Raw:
    known = project(VARIABLES).tables
    return {table: rows for table, rows in read_folder(CAST).items() if table in known}


def cells(raw: Raw, as_of: str = AS_OF, variables: dict[str, Any] | None = None) -> Cells:
    """marts.metrics of a company."""
    with run(raw, as_of, variables or VARIABLES, models=["metrics"]) as built:
        return built.metrics()


@cache
def cast_cells() -> Cells:
    return cells(cast())


def assert_equal_cells(
    one: Cells, other: Cells, leave_out: Callable[[tuple], bool] = lambda key: False, is_exact: bool = True
) -> None:
    """The same cells, figures alike; not exact: amounts may differ in their rounding."""
    same = alike if is_exact else nearly
    missing = [key for key in one.keys() ^ other.keys() if not leave_out(key)]
    assert not missing, f"cells on one side only: {sorted(missing, key=str)[:5]}"
    wrong = [
        f"{key}: {one[key]} and {other[key]}"
        for key in one
        if not leave_out(key) and not all(map(same, one[key], other[key]))
    ]
    assert not wrong, f"{len(wrong)} cells differ:\n" + "\n".join(sorted(wrong)[:10])


def alike(one: Any, other: Any) -> bool:
    """Decimals exactly, floating numbers to nine digits."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return one == other


def nearly(one: Any, other: Any) -> bool:
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-8)
    return alike(one, other)


def named(*names: str) -> Callable[[tuple], bool]:
    return lambda key: key[0] in names


def units() -> dict[str, str]:
    """Unit of each metric, as metric_definitions says it."""
    with run(cast(), AS_OF, VARIABLES, models=["metric_definitions"]) as built:
        return dict(built.query("select metric_name, unit from marts.metric_definitions"))


# -- universal ---------------------------------------------------------------------------------------------------------


def test_u1_the_order_of_rows_is_nothing() -> None:
    raw = cast()
    for rows in raw.values():
        random.Random(1).shuffle(rows)
    assert_equal_cells(cast_cells(), cells(raw))


def test_u2_a_row_that_comes_twice_counts_once() -> None:
    raw = {table: [copy for row in rows for copy in (row, dict(row))] for table, rows in cast().items()}
    assert_equal_cells(cast_cells(), cells(raw))


def test_u2_an_older_version_of_a_row_is_nothing() -> None:
    """A row loaded later replaces the one of its key, in every table that has an id."""
    raw = cast()
    for row in [*raw["subscription_items"]]:
        raw["subscription_items"].append({**row, "unit_amount": "999", "loaded_at": "2023-01-01"})
        row["loaded_at"] = "2023-01-02"
    for row in [*raw["customers"]]:
        raw["customers"].append({**row, "country": "XX", "updated_at": "2023-01-01"})
        row["updated_at"] = "2023-01-02"
    assert_equal_cells(cast_cells(), cells(raw))


def test_u3_what_happens_after_the_as_of_day_is_nothing() -> None:
    """A whole company of later rows; what is scheduled lies beyond the horizon of committed_mrr."""
    raw, later = cast(), Book().customer("ursula_upgrades_mid_month").customer("peter_prepaid_year")
    before = cells(raw, "2024-02-29")
    later.customer("late", created_at="2024-03-01").sell("late", 500, "2024-09-01", subscription_id="late_1")
    later.sell("ursula_upgrades_mid_month", 500, "2024-09-01", subscription_id="late_2").pause("ursula_1", "2024-03-01")
    later.order("ursula_upgrades_mid_month", "2024-03-01", order_id="late").add(
        "users", user_id="late", customer_id="peter_prepaid_year", created_at="2024-03-01", is_licensed="true"
    )
    later.add("csm_assignments", customer_id="peter_prepaid_year", csm_id="late", assigned_from="2024-03-01T00:00:00Z")
    later.add(
        "customer_merges",
        from_customer_id="tina_two_subscriptions",
        into_customer_id="rita_refunded",
        merged_at="2024-03-01",
    )
    later.add(
        "customer_attributes",
        customer_id="rita_refunded",
        attribute="country",
        value="XX",
        valid_from="2024-03-01T00:00:00Z",
    )
    later.add(
        "invoices",
        invoice_id="late",
        customer_id="ursula_upgrades_mid_month",
        status="paid",
        issued_at="2024-03-01",
        currency="USD",
        total_excluding_tax="100",
    )
    later.add(
        "invoice_lines",
        invoice_line_id="late",
        invoice_id="late",
        kind="recurring",
        amount="100",
        period_start="2024-02-01",
    )
    known = {row["customer_id"] for row in raw["customers"]}
    for table, rows in later.raw.items():
        if table == "plans":
            continue
        raw[table] = raw.get(table, []) + [
            {**row, "item_version_id": f"late_{row['item_version_id']}", "plan_id": "basic_monthly"}
            if table == "subscription_items"
            else row
            for row in rows
            if not (table == "customers" and row["customer_id"] in known)
        ]
    assert_equal_cells(before, cells(raw, "2024-02-29"))


def test_u3_a_closed_month_stays_as_it_is() -> None:
    """As time goes on, no figure of a complete period changes; outcome windows, what was committed, and waits close later."""
    earlier = {key: cell for key, cell in cells(cast(), "2024-02-29").items() if cell[1]}
    late = {key: cell for key, cell in cast_cells().items() if key in earlier}
    assert len(earlier) > 10_000
    assert_equal_cells(earlier, late, lambda key: key[0] in {*OUTCOME_WINDOWS, *WAITS, "committed_mrr"})


def test_u4_ids_are_only_names() -> None:
    """A bijection that turns the order of the ids around."""

    def renamed(text: str | None) -> str | None:
        return text and "".join(
            chr(ord("z") - ord(letter) + ord("a")) if letter.islower() else letter for letter in text
        )

    raw = {
        table: [{name: renamed(value) if name in IDS else value for name, value in row.items()} for row in rows]
        for table, rows in cast().items()
    }
    assert_equal_cells(cast_cells(), cells(raw))


def test_u5_years_later_everything_is_years_later() -> None:
    """28 years are 1,461 weeks, so that every date has its like, the leap day and the weekday too."""

    def shifted(text: str | None) -> str | None:
        return text and re.sub(r"^20\d\d(?=-\d\d-\d\d)", lambda year: str(int(year[0]) + 28), text)

    moving = re.compile(r".*(_at|_date|_from|_to|_start|_end)$")
    raw = {
        table: [{name: shifted(value) if moving.match(name) else value for name, value in row.items()} for row in rows]
        for table, rows in cast().items()
    }
    back = {
        (*key[:2], key[2].replace(year=key[2].year - 28), *key[3:]): (
            cell[0].replace(year=cell[0].year - 28),
            *cell[1:],
        )
        for key, cell in cells(raw, "2052-06-20").items()
    }
    assert_equal_cells(cast_cells(), back)


def test_u6_segments_add_up_to_all() -> None:
    """Numerators and denominators in each of the seven segments, of what metric_definitions says adds; shares of a cost are rounded."""
    with run(cast(), AS_OF, VARIABLES, models=["metric_definitions"]) as built:
        rows = built.query("select metric_name from marts.metric_definitions where adds_over_segments")
    adds = {name for (name,) in rows} - {"net_new_mrr", "transferred_mrr"}
    sums: dict[tuple, list[Decimal]] = {}
    segments_of: dict[str, set[str]] = {}
    for (name, period_type, start, segment, _), cell in cast_cells().items():
        if name in adds and segment in ("all", *SEGMENTS):
            parts = sums.setdefault((name, period_type, start, segment), [Decimal(0), Decimal(0)])
            parts[0] += Decimal(cell[2] or 0)
            parts[1] += Decimal(cell[3] or 0)
            segments_of.setdefault(name, set()).add(segment)
    assert sum(len(segments) == 8 for segments in segments_of.values()) > 60
    wrong = [
        f"{key} {segment}: {sums.get((*key[:3], segment))}, all: {total}"
        for key, total in sums.items()
        if key[3] == "all"
        for segment in segments_of[key[0]] - {"all"}
        if not all(
            abs(part - whole) <= Decimal("0.000001")
            for part, whole in zip(sums.get((*key[:3], segment), (0, 0)), total, strict=True)
        )
    ]
    assert not wrong, "\n".join(wrong[:10])


def test_u9_a_time_zone_moves_days_and_no_total() -> None:
    """Who starts at 02:00 UTC on 1 February starts in January in New York; in the end as many have come and as much is paid."""
    book = Book().sell("a", 100, "2024-02-01T02:00:00Z").sell("b", 50, "2024-01-15T12:00:00Z", "2024-04-01T02:00:00Z")
    book.sell("c", 20, "2024-02-01")
    utc, york = (
        cells(book.raw, "2024-06-30"),
        cells(book.raw, "2024-06-30", VARIABLES | {"reporting_timezone": "America/New_York"}),
    )

    def of(one: Cells, name: str, month: int) -> Decimal:
        return one[name, "month", date(2024, month, 1), "all", "all"][2]

    assert (of(utc, "new_mrr", 1), of(york, "new_mrr", 1)) == (50, 150)
    assert (of(utc, "new_mrr", 2), of(york, "new_mrr", 2)) == (120, 20)
    assert (of(utc, "churned_mrr", 4), of(york, "churned_mrr", 3)) == (50, 50)
    for name in ("new_mrr", "churned_mrr", "new_customers", "churn_events"):
        assert sum(of(utc, name, month) for month in range(1, 7)) == sum(of(york, name, month) for month in range(1, 7))
    assert of(utc, "mrr", 6) == of(york, "mrr", 6) == 120


def test_u10_without_the_optional_tables() -> None:
    """Four tables are enough; what needs another is absent, and the rest is as the oracle says."""
    raw = {
        table: rows
        for table, rows in cast().items()
        if table in ("customers", "plans", "subscriptions", "subscription_items")
    }
    raw["subscription_items"] = [row for row in raw["subscription_items"] if row["currency"] == "USD"]
    built, expected = cells(raw), compute(raw, AS_OF, VARIABLES)
    assert built.keys() == expected.metrics.keys()
    of_cast = {key[0] for key in cast_cells()}
    assert of_cast - {key[0] for key in built} == {
        name for name in of_cast if METRICS[name].needs or METRICS[name].any_of
    }


def test_u10_nothing_at_all() -> None:
    """Not one customer: no figure but 0 or null, and no error."""
    built = cells({"plans": Book().raw["plans"]})
    assert all(not figure for cell in built.values() for figure in cell[2:])


# -- recurring revenue -------------------------------------------------------------------------------------------------


def test_m1_twice_the_prices_twice_the_money() -> None:
    raw = cast()
    for rows in raw.values():
        for row in rows:
            for name in MONEY_COLUMNS:
                if row.get(name):
                    row[name] = str(2 * Decimal(row[name]))
    for row in raw["outcomes"]:
        if row["unit"] == "money":
            row["value"] = str(2 * Decimal(row["value"]))
    unit = units()
    doubled = {
        key: (
            *cell[:2],
            cell[2] / 2 if cell[2] is not None and is_money(key[0], unit) else cell[2],
            cell[3] / 2 if cell[3] is not None and is_money_share(key[0], unit) else cell[3],
            cell[4] / 2 if cell[4] is not None and unit[key[0]] == "money" else cell[4],
        )
        for key, cell in cells(raw).items()
    }
    assert_equal_cells(cast_cells(), doubled, is_exact=False)


def is_money(name: str, unit: dict[str, str]) -> bool:
    """Is the numerator money?"""
    return unit[name] == "money" or is_money_share(name, unit)


def is_money_share(name: str, unit: dict[str, str]) -> bool:
    """Is it money as a share of money, or weighted with money?"""
    if name in (
        "net_promoter_score_weighted_by_mrr",
        "customer_retention_cost_share",
        "gross_margin_rate",
        "customer_health_index",
    ):
        return True
    words = ("mrr", "revenue", "quick_ratio", "renewal_value")
    return unit[name] == "ratio" and METRICS[name].kind == "ratio" and any(word in name for word in words)


def test_m2_a_subscription_in_two_adjoining_halves() -> None:
    """Cut at noon of 15 October 2023. Only what was known of the end at an earlier close may differ."""
    raw, cut = cast(), "2023-10-15T12:00:00Z"
    paused = {row["subscription_id"] for row in raw["subscription_pauses"]}
    halves: Rows = []
    for row in raw["subscriptions"]:
        is_in_force = row["started_at"] < cut and (row["ended_at"] or "9") > cut
        if row["subscription_id"] in paused or row["trial_end_at"] or not is_in_force:
            continue
        halves.append({**row, "subscription_id": f"{row['subscription_id']}_later", "started_at": cut})
        row |= {"ended_at": cut, "canceled_at": None, "cancel_reason": None}
    assert len(halves) > 10
    names = {row["subscription_id"].removesuffix("_later") for row in halves}
    for item in [*raw["subscription_items"]]:
        if item["subscription_id"] not in names or (item["effective_to"] or "9") <= cut:
            continue
        later = {**item, "subscription_id": f"{item['subscription_id']}_later"}
        if item["effective_from"] >= cut:
            item |= later
            continue
        raw["subscription_items"].append(
            {**later, "item_version_id": f"{item['item_version_id']}_later", "item_id": None, "effective_from": cut}
        )
        item["effective_to"] = cut
    raw["subscriptions"] += halves
    assert_equal_cells(cast_cells(), cells(raw), lambda key: key[0] == "committed_mrr" or key[0] in OUTCOME_WINDOWS)


def test_m3_a_quantity_as_two_items() -> None:
    """Every item twice, with a part of the quantity each."""
    raw = cast()
    for row in [*raw["subscription_items"]]:
        if row.get("discount_amount"):
            continue
        part = Decimal(row["quantity"]) / 4
        raw["subscription_items"].append(
            {**row, "item_version_id": f"{row['item_version_id']}_part", "item_id": None, "quantity": str(part)}
        )
        row["quantity"] = str(3 * part)
    assert_equal_cells(cast_cells(), cells(raw))


def test_m4_a_year_for_twelve_times_the_price_of_a_month() -> None:
    monthly = Book().sell("a", 100, "2024-01-15").sell("b", "33.33", "2024-02-01", "2024-05-01")
    yearly = (
        Book()
        .sell("a", 1200, "2024-01-15", plan="yearly")
        .sell("b", "399.96", "2024-02-01", "2024-05-01", plan="yearly")
    )
    for book in (monthly, yearly):
        for plan in book.raw["plans"]:
            plan["plan_name"] = "Plan"
    assert_equal_cells(cells(monthly.raw, "2024-06-30"), cells(yearly.raw, "2024-06-30"))


def test_m5_no_mrr_below_zero() -> None:
    """Not even where the discount is larger than the price."""
    book = Book().sell("a", 10, "2024-01-01", item={"discount_amount": 25}).sell("b", 10, "2024-01-01")
    built = cells(book.raw, "2024-03-31")
    assert built["mrr", "month", date(2024, 3, 1), "all", "all"][2] == 10
    assert all(cell[2] >= 0 for key, cell in cast_cells().items() if key[0] in ("mrr", "average_mrr", "committed_mrr"))


def test_m6_mrr_is_arpa_times_customers() -> None:
    found = cast_cells()
    for key, cell in found.items():
        if key[0] == "average_revenue_per_account" and cell[4] is not None:
            mrr, customers = found["mrr", *key[1:]][4], found["paying_customers", *key[1:]][4]
            assert math.isclose(cell[4] * customers, mrr, rel_tol=1e-9), key


def test_m7_trials_and_what_is_free_add_nothing() -> None:
    """A trial that never ends, one that was left, and a discount of 100 %."""
    raw, extra = cast(), Book("USD", "2023-05-01")
    trial = {"trial_start_at": "2023-05-01", "trial_end_at": "2023-06-01"}
    extra.sell("left", 80, "2023-05-01", "2023-06-01", subscription_id="left", **trial)
    extra.sell("trying", 80, "2023-05-01", subscription_id="trying", status="trialing", **trial)
    extra.sell("free", 80, "2023-05-01", subscription_id="free", item={"discount_percent": 100})
    for row in extra.raw["subscription_items"]:
        row |= {"item_version_id": f"more_{row['item_version_id']}", "plan_id": "basic_monthly"}
    for table in ("customers", "subscriptions", "subscription_items"):
        raw[table] += extra.raw[table]
    # to trials, lifetimes and first days they do add
    before, after = (
        {key: cell for key, cell in found.items() if METRICS[key[0]].family in ("revenue", "retention")}
        for found in (cast_cells(), cells(raw))
    )
    assert_equal_cells(before, after)


def test_m8_two_companies_together_are_their_sum() -> None:
    """The cast in two halves, each on the same spine; only figures that add."""
    raw = cast()
    merged = {row[name] for row in raw["customer_merges"] for name in ("from_customer_id", "into_customer_id")}
    names = sorted({row["customer_id"] for row in raw["customers"]} - merged)
    halves = [set(names[::2]), set(names[1::2]) | merged]
    owner = {row["subscription_id"]: row["customer_id"] for row in raw["subscriptions"]}
    bill = {row["invoice_id"]: row["customer_id"] for row in raw["invoices"]}
    ticket = {row["ticket_id"]: row["customer_id"] for row in raw["tickets"]}
    shared = {"customers", "customer_merges", "plans", "exchange_rates", "features", "journeys", "csms"}

    def of(half: set[str], row: dict[str, Any]) -> bool:
        """Of the half's customers; what is nobody's is the first half's."""
        name = (
            row.get("customer_id")
            or row.get("referrer_customer_id")
            or owner.get(row.get("subscription_id") or "")
            or bill.get(row.get("invoice_id") or "")
            or ticket.get(row.get("ticket_id") or "")
        )
        return name in half or (not name and half is halves[0])

    parts = [
        cells(
            {table: rows if table in shared else [row for row in rows if of(half, row)] for table, rows in raw.items()}
        )
        for half in halves
    ]
    # a half that records nothing of a kind has no metrics of it, and weighs its loyalty without it; days, features that
    # anybody used, and customers that only exist (each half lists all of them) are not divided
    whole = {
        "customer_loyalty_score",
        "daily_active_users",
        "feature_adoption_rate_of_active_users",
        "customer_success_rate",
    }
    adding = {key[0] for key in parts[0]} & {key[0] for key in parts[1]} - whole
    adding = {name for name in adding if METRICS[name].kind != "statistic"}
    assert len(adding) > 90
    wrong = []
    for key, cell in cast_cells().items():
        if key[0] not in adding:
            continue
        for place in (2, 3):
            total = sum(Decimal(part[key][place] or 0) for part in parts if key in part)
            if total != Decimal(cell[place] or 0):
                wrong.append(f"{key}: {total}, together {cell[place]}")
    assert not wrong, "\n".join(wrong[:10])


def test_m9_a_merge_of_customers_moves_no_money() -> None:
    """MRR as before; no more customers than before."""
    raw = cast()
    raw["customer_merges"] = [
        *raw["customer_merges"],
        {"from_customer_id": "tina_two_subscriptions", "into_customer_id": "rita_refunded", "merged_at": "2023-12-01"},
    ]
    merged = cells(raw)
    for key, cell in cast_cells().items():
        if key[3] == "all" and key[0] == "mrr":
            assert merged[key][2] == cell[2], key
        if key[3] == "all" and key[0] in ("paying_customers", "new_customers", "churned_customers"):
            assert merged[key][2] <= cell[2], key


def test_m10_the_bridge_closes_and_chains() -> None:
    """Closing = opening + movements, in every segment and period; a month opens as the one before closed; one currency has no fx."""
    found = cast_cells()

    def figure(name: str, key: tuple) -> Decimal:
        return found[name, *key[1:]][2]

    gains = ("new_mrr", "reactivation_mrr", "resumed_mrr", "expansion_mrr", "fx_mrr", "transferred_mrr")
    losses = ("contraction_mrr", "churned_mrr", "paused_mrr")
    for key in [key for key in found if key[0] == "mrr"]:
        moved = sum(figure(name, key) for name in gains) - sum(figure(name, key) for name in losses)
        assert figure("mrr", key) == figure("opening_mrr", key) + moved, key
        before = ("mrr", key[1], _month_before(key[2]), *key[3:])
        if key[1] == "month" and key[3] == "all" and before in found:
            assert figure("opening_mrr", key) == found[before][2], key
    raw = cast()
    raw["subscription_items"] = [row for row in raw["subscription_items"] if row["currency"] == "USD"]
    assert all(cell[2] == 0 for key, cell in cells(raw).items() if key[0] == "fx_mrr")


def _month_before(day: date) -> date:
    return date(day.year - (day.month == 1), (day.month - 2) % 12 + 1, 1)


def test_m11_time_turned_around() -> None:
    """Expansion becomes contraction, churn becomes new, and the other way round."""
    states = [(100, 150), (80, 30), (60, 0), (0, 45), (20, 20), (0, 7), (9, 0)]

    def company(pairs: Iterable[tuple[int, int]]) -> Cells:
        book = Book()
        for number, (first, second) in enumerate(pairs):
            book.customer(f"c{number}")
            if first:
                book.sell(f"c{number}", first, "2024-01-10", "2024-02-10")
            if second:
                book.sell(f"c{number}", second, "2024-02-10")
        return cells(book.raw, "2024-02-29")

    forth, back = company(states), company((second, first) for first, second in states)

    def figure(one: Cells, name: str) -> Decimal:
        return one[name, "month", date(2024, 2, 1), "all", "all"][2]

    for name, mirror in (("expansion_mrr", "contraction_mrr"), ("churned_mrr", "new_mrr"), ("opening_mrr", "mrr")):
        assert figure(forth, name) == figure(back, mirror) > 0
        assert figure(back, name) == figure(forth, mirror) > 0
    assert figure(forth, "churned_customers") == figure(back, "new_customers")


def test_m12_days_add_up_to_periods() -> None:
    """The signed movements of the days of a period are its closing less its opening, for every customer and in total."""
    with run(cast(), AS_OF, VARIABLES, models=["mrr_movements", "customer_periods"]) as built:
        wrong = built.query(
            """
            select periods.period_type, periods.period_start, periods.customer_id, max(closing_mrr - opening_mrr) as change, moved
            from marts.customer_periods as periods
            left join lateral (
                select coalesce(sum(days.amount), 0) as moved from marts.mrr_movements as days
                where days.period_type = 'day' and days.customer_id = periods.customer_id
                    and days.period_start >= periods.period_start and days.period_start < periods.period_end
            ) as days on true
            group by all having change <> moved
            """
        )
        assert built.query("select count(*) from marts.mrr_movements where period_type = 'day'")[0][0] > 30
    assert not wrong, wrong[:10]


def test_m13_later_in_the_same_month_is_the_same_snapshot() -> None:
    """Ivan leaves on 20 instead of 12 October: only what is counted by the day changes."""
    raw = cast()
    (row,) = [row for row in raw["subscriptions"] if row["subscription_id"] == "ivan_1"]
    assert row["ended_at"] == "2023-10-12"
    row["ended_at"] = "2023-10-20"
    by_day = named("average_mrr", "mrr_invoice_gap_rate", "customer_churn_rate_daily")
    moved = cells(raw)
    assert_equal_cells(cast_cells(), moved, by_day)
    october = "average_mrr", "month", date(2023, 10, 1), "all", "all"
    assert moved[october][2] > cast_cells()[october][2]


# -- retention ---------------------------------------------------------------------------------------------------------


def steady() -> Book:
    """Four customers in January, each with a story in February."""
    book = (
        Book()
        .sell("stays", 100, "2024-01-01")
        .sell("grows", 50, "2024-01-01", "2024-02-10")
        .sell("grows", 80, "2024-02-10")
    )
    return (
        book.sell("shrinks", 60, "2024-01-01", "2024-02-10")
        .sell("shrinks", 30, "2024-02-10")
        .sell("goes", 40, "2024-01-01", "2024-02-10")
    )


def rate(built: Cells, name: str, month: int = 2) -> float | None:
    return built[name, "month", date(2024, month, 1), "all", "all"][4]


def test_r3_new_customers_do_not_touch_retention() -> None:
    book = steady()
    before = cells(book.raw, "2024-02-29")
    after = cells(book.copy().sell("newcomer", 500, "2024-02-15").raw, "2024-02-29")
    for name in (
        "net_revenue_retention",
        "gross_revenue_retention",
        "gross_revenue_churn_rate",
        "customer_retention_rate",
    ):
        assert rate(before, name) == rate(after, name)
    assert rate(before, "net_revenue_retention") == (100 + 80 + 30) / 250
    assert rate(after, "mrr_growth_rate") > rate(before, "mrr_growth_rate")


def test_r4_nothing_changes_and_retention_is_one() -> None:
    book = Book().sell("a", 100, "2024-01-01").sell("b", 50, "2024-01-01", plan="pro")
    built = cells(book.raw, "2024-04-30")
    for month in (2, 3, 4):
        for name in ("net_revenue_retention", "gross_revenue_retention", "customer_retention_rate"):
            assert rate(built, name, month) == 1
        assert rate(built, "customer_churn_rate", month) == 0


@pytest.mark.parametrize("factor", [1, Decimal("1.5"), 4])
def test_r5_growth_of_those_who_stay_is_no_gross_retention(factor: Decimal) -> None:
    """Every closing times c: NRR times c, GRR as before."""
    book = Book()
    for name, amount in (("a", 100), ("b", 60), ("c", 7)):
        book.sell(name, amount, "2024-01-01", "2024-02-10").sell(name, amount * factor, "2024-02-10")
    built = cells(book.raw, "2024-02-29")
    assert rate(built, "net_revenue_retention") == float(factor)
    assert rate(built, "gross_revenue_retention") == 1


def leavers(ends: Iterable[str | None]) -> Book:
    book = Book("USD", "2023-01-01")
    for number, end in enumerate(ends):
        book.sell(f"c{number}", 10, "2023-01-01", end)
    return book


def survival(book: Book, as_of: str) -> dict[int, float]:
    with run(book.raw, as_of, VARIABLES, models=["survival_curves"]) as built:
        return dict(built.query("select age_months, survival from marts.survival_curves where segment_name = 'all'"))


def test_r7_longer_follow_up_leaves_the_curve_before_the_old_cut() -> None:
    book = leavers(["2023-02-10", "2023-03-05", "2023-03-20", "2023-05-01", "2023-08-15", "2023-11-11", None, None])
    short, long = survival(book, "2023-06-30"), survival(book, "2023-12-31")
    assert max(long) > max(short)
    for age in range(max(short)):
        assert math.isclose(short[age], long[age], rel_tol=1e-12), age


def test_r7_without_censoring_the_curve_is_the_share_that_survives() -> None:
    book = leavers(["2023-02-10", "2023-03-05", "2023-03-20", "2023-05-01", "2023-08-15"])
    curve = survival(book, "2023-12-31")
    for age, surviving in enumerate([5, 4, 2, 2, 1, 1, 1, 0]):
        assert math.isclose(curve[age], surviving / 5, rel_tol=1e-12, abs_tol=1e-12), age


RENEWALS = ("renewal_rate", "customer_renewal_rate", "gross_renewal_value_rate", "net_renewal_value_rate")


def renewals() -> Book:
    """Three yearly contracts due on 1 March 2024: one renewed at more, one at less, one not."""
    book = Book("USD", "2023-03-01")
    for name in ("more", "less", "none"):
        book.sell(name, 100, "2023-03-01").term(name, 1200, "2023-03-01", "2024-03-01")
    return book.term("more", 1500, "2024-03-01", "2025-03-01").term("less", 900, "2024-03-01", "2025-03-01")


def renewal_cells(book: Book) -> list[tuple]:
    built = cells(book.raw, "2024-06-30")
    return [built[name, "month", date(2024, 3, 1), "all", "all"][2:] for name in RENEWALS]


def test_r11_contracts_that_are_not_due_change_nothing() -> None:
    before = renewal_cells(renewals())
    other = renewals().sell("other", 100, "2023-06-01").term("other", 700, "2023-06-01", "2024-06-01")
    assert renewal_cells(other) == before
    assert before[0] == (2, 3, 2 / 3)
    assert 0 <= before[2][2] <= 1


def test_r11_signing_early_does_not_move_the_due_month() -> None:
    """The next term starts two months before the first is over; due, and renewed, in March all the same."""
    early = renewals()
    early.raw["contract_terms"][-2] |= {"term_start": "2024-01-01"}
    assert renewal_cells(early)[:2] == renewal_cells(renewals())[:2]
    built = cells(early.raw, "2024-06-30")
    assert all(built["renewal_rate", "month", date(2024, month, 1), "all", "all"][3] == 0 for month in (1, 2))


def test_built_closes_its_connection() -> None:
    """A company is gone when its block ends; hundreds of them fit into one run."""
    with run(Book().sell("a", 1, "2024-01-01").raw, "2024-01-31", VARIABLES, models=["int_customers"]) as built:
        assert isinstance(built, Built)
        assert built.query("select count(*) from intermediate.int_customers") == [(1,)]

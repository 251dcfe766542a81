"""The reference's predictions of churn against companies small enough to be worked by hand, in the comments."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.churn_models import write_model
from tests.oracle.cleaning import clean
from tests.oracle.company import Company
from tests.oracle.predictions import (
    Bin,
    Evidence,
    Judged,
    Predictions,
    Quality,
    Score,
    Snapshot,
    area_under_curve,
    features,
    stability_index,
    whole_months,
)
from tests.oracle.raw import as_text
from tests.oracle.settings import settings_from
from tests.oracle.values import round10
from tests.test_oracle_by_hand import Book, exact, figure, plan

JANUARY, FEBRUARY, MARCH = date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31)


@dataclass
class Said(Evidence):
    """Evidence as a test says it."""

    raw_value: Decimal | None
    age_days: int | None = 0
    is_connected: bool = True


def predictions(
    book: Book, as_of: str, evidence: dict[str, Evidence] | None = None, **variables: object
) -> Predictions:
    """Everything but the evidence is the book's."""
    settings, day = settings_from(variables), date.fromisoformat(as_of)
    return Predictions(Company(clean(as_text(book.tables), settings, day)), lambda customer, day: evidence or {})


def snapshot(found: Predictions, customer_id: str, day: str) -> Snapshot:
    return next(one for one in found.on(date.fromisoformat(day)) if one.customer.customer_id == customer_id)


# -- snapshots and labels ----------------------------------------------------------------------------------------------


def test_snapshots_are_of_those_who_pay_at_the_end_of_the_month_or_of_the_as_of_day() -> None:
    # a pays throughout, b is gone on 31 January (its service ends on the day before), c pays from 10 March, t is a test
    book = Book().sells("a.1", "10", "2024-01-10").sells("b.1", "10", "2024-01-01", "2024-01-31")
    book.customer("t", is_test="true").sells("t.1", "10", "2024-01-01").sells("c.1", "10", "2024-03-10")
    found = predictions(book, "2024-03-10")
    days = [(str(one.day), one.customer.customer_id) for one in found.snapshots]
    assert days == [("2024-01-31", "a"), ("2024-02-29", "a"), ("2024-03-10", "a"), ("2024-03-10", "c")]


def test_who_is_paused_or_on_trial_is_no_snapshot() -> None:
    book = Book().sells("a.1", "10", "2024-01-10").pause("a.1", "2024-01-31", "2024-02-29")
    book.subscription("b.1", "2024-01-01", trial_start_at="2024-01-01", trial_end_at="2024-02-01")
    book.item("b.1/1", "10", "2024-01-01")
    found = predictions(book, "2024-02-29")
    assert [str(one.day) + one.customer.customer_id for one in found.snapshots] == ["2024-02-29a", "2024-02-29b"]


@pytest.mark.parametrize(
    ("end", "churned"),
    [
        ("2024-01-31", None),  # gone on the day itself: no snapshot
        ("2024-02-01", True),  # the day after
        ("2024-03-01", True),  # day 30, the last of the horizon
        ("2024-03-02", False),  # day 31
        (None, False),
    ],
)
def test_label_is_a_churn_within_the_horizon(end: str | None, churned: bool | None) -> None:
    book = Book().sells("a.1", "10", "2024-01-01", end).sells("z.1", "10", "2024-01-01")
    found = predictions(book, "2024-04-01", churn_horizon_days=30)
    labels = [one.has_churned for one in found.on(date(2024, 1, 31)) if one.customer.customer_id == "a"]
    assert labels == ([] if churned is None else [churned])


def test_label_is_known_once_the_horizon_is_over() -> None:
    # 31 January + 60 days = 31 March (2024 is a leap year)
    book = Book().sells("a.1", "10", "2024-01-01", "2024-02-05").sells("z.1", "10", "2024-01-01")
    on_the_day = predictions(book, "2024-03-31", churn_horizon_days=60)
    the_day_before = predictions(book, "2024-03-30", churn_horizon_days=60)
    assert snapshot(on_the_day, "a", "2024-01-31").is_known
    # it has left, but to know this of leavers only would be to know leavers only
    assert not snapshot(the_day_before, "a", "2024-01-31").is_known


def test_who_leaves_and_comes_back_has_churned_unless_the_gap_is_short() -> None:
    book = Book().sells("a.1", "10", "2024-01-01", "2024-02-10").sells("a.2", "10", "2024-02-20")
    assert snapshot(predictions(book, "2024-06-30"), "a", "2024-01-31").has_churned
    # back on the 10th day: on a day before 10 February + 11
    assert not snapshot(predictions(book, "2024-06-30", reactivation_min_gap_days=11), "a", "2024-01-31").has_churned
    assert snapshot(predictions(book, "2024-06-30", reactivation_min_gap_days=10), "a", "2024-01-31").has_churned


def test_a_pause_is_no_churn_until_it_lapses() -> None:
    book = Book().sells("a.1", "10", "2024-01-01").pause("a.1", "2024-02-10").sells("z.1", "10", "2024-01-01")
    # lapses on 10 February + 90 = 10 May, 100 days after 31 January
    assert not snapshot(predictions(book, "2024-12-31"), "a", "2024-01-31").has_churned
    assert snapshot(predictions(book, "2024-12-31", churn_horizon_days=100), "a", "2024-01-31").has_churned


def test_history_start_hides_snapshots_not_tenure() -> None:
    found = predictions(Book().sells("a.1", "10", "2023-01-10"), "2024-02-29", history_start="2024-02-15")
    assert [(str(one.day), one.tenure_months) for one in found.snapshots] == [("2024-02-29", 13)]


# -- tenure, interval, renewal -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "day", "months"),
    [
        ("2024-01-15", "2024-01-31", 0),
        ("2024-01-15", "2024-02-14", 0),
        ("2024-01-15", "2024-02-15", 1),
        ("2024-01-31", "2024-02-28", 0),
        ("2024-01-31", "2024-02-29", 1),  # the last day of the shorter month
        ("2023-02-28", "2024-02-29", 12),
        ("2024-02-29", "2025-02-28", 12),
    ],
)
def test_whole_months(first: str, day: str, months: int) -> None:
    assert whole_months(date.fromisoformat(first), date.fromisoformat(day)) == months


@pytest.mark.parametrize(
    ("interval", "count", "variables", "months"),
    [
        ("month", 1, {}, 1),
        ("month", 3, {}, 3),
        ("year", 1, {}, 12),
        ("year", 3, {}, 36),
        ("week", 1, {}, 1),  # 12/52 = 0.23: at least one
        ("week", 6, {}, 1),  # 6 x 12/52 = 1.38
        ("week", 7, {}, 2),  # 1.62
        ("week", 26, {}, 6),
        ("day", 30, {}, 1),  # 30 x 12/365 = 0.99
        ("day", 45, {"day_to_month": "30"}, 2),  # 1.5: half away from zero
        ("day", 365, {}, 12),
    ],
)
def test_billing_interval_in_months(interval: str, count: int, variables: dict, months: int) -> None:
    book = Book().add("plans", plan("odd", interval, count)).sells("a.1", "1000", "2024-01-01", plan_id="odd")
    assert predictions(book, "2024-01-31", **variables).snapshots[0].billing_months == months


def test_billing_interval_is_that_of_what_pays_most() -> None:
    # 10 a month against 108 a year (9 a month); from 1 February 132 (11); in March both 10: the longest
    book = Book().sells("a.1", "10", "2024-01-01").subscription("a.2", "2024-01-01")
    for version, price, start, end in [
        ("a.2/1", "108", "2024-01-01", "2024-02-01"),
        ("a.2/2", "132", "2024-02-01", "2024-03-01"),
        ("a.2/3", "120", "2024-03-01", None),
    ]:
        book.item(version, price, start, end, plan_id="yearly")
    found = predictions(book, "2024-03-31")
    assert [one.billing_months for one in found.snapshots] == [1, 12, 12]


def test_billing_interval_asks_the_rate_of_the_day() -> None:
    # 10 EUR a month against 120 USD a year: the euro is worth 1.1, then 0.9
    book = Book().rates("EUR", d20240101="1.1", d20240201="0.9").sells("a.1", "10", "2024-01-01", currency="EUR")
    book.sells("a.2", "120", "2024-01-01", plan_id="yearly")
    found = predictions(book, "2024-02-29", reporting_currency="USD")
    assert [one.billing_months for one in found.snapshots] == [1, 12]


def test_an_item_in_a_trial_or_paused_does_not_pay_most() -> None:
    book = Book().sells("a.1", "10", "2024-01-01").sells("a.2", "1200", "2024-01-01", plan_id="yearly")
    assert predictions(book, "2024-01-31").snapshots[0].billing_months == 12
    assert predictions(book.pause("a.2", "2024-01-31"), "2024-01-31").snapshots[0].billing_months == 1


def test_usage_of_no_plan_is_monthly() -> None:
    line = {"kind": "usage", "amount": "900", "period_start": "2024-01-01", "period_end": "2024-02-01"}
    book = Book().sells("a.1", "120", "2024-01-01", plan_id="yearly").invoice("a.9", "900", "2024-01-31", line)
    assert predictions(book, "2024-01-31").snapshots[0].billing_months == 12
    assert predictions(book, "2024-01-31", usage_mrr=True).snapshots[0].billing_months == 1


@pytest.mark.parametrize(
    ("term", "due"),
    [
        (("2023-02-01", "2024-02-01"), True),  # the day after
        (("2023-02-01", "2024-01-31"), False),  # over on the day: no term, and the interval is a month
        (("2023-05-01", "2024-04-30"), True),  # 31 January + 90 days = 30 April
        (("2023-05-01", "2024-05-01"), False),
        (("2024-01-31", "2024-02-29"), True),  # begins on the day
        (("2024-02-01", "2024-03-01"), False),  # not yet in force
    ],
)
def test_renewal_is_due_by_the_term_in_force(term: tuple[str, str], due: bool) -> None:
    book = Book().sells("a.1", "10", "2024-01-01").term("a.1", *term, "120")
    assert predictions(book, "2024-01-31").snapshots[0].is_renewal_due is due


def test_terms_that_renew_themselves_soon_count_too() -> None:
    book = Book().sells("a.1", "10", "2024-01-01").term("a.1", "2024-01-15", "2024-02-15", "10", auto_renew="true")
    assert predictions(book, "2024-01-31").snapshots[0].is_renewal_due


def test_one_of_two_terms_that_ends_soon_is_enough() -> None:
    book = Book().sells("a.1", "10", "2024-01-01").term("a.1", "2024-01-01", "2025-01-01", "10")
    assert not predictions(book, "2024-01-31").snapshots[0].is_renewal_due
    assert predictions(book.term("a.2", "2024-01-01", "2024-03-01", "10"), "2024-01-31").snapshots[0].is_renewal_due


def test_a_term_of_another_customer_says_nothing() -> None:
    book = Book().sells("a.1", "10", "2024-01-01").customer("b").term("b.1", "2023-02-01", "2024-02-01", "120")
    assert not predictions(book, "2024-01-31").snapshots[0].is_renewal_due


@pytest.mark.parametrize(
    ("start", "interval", "count", "due"),
    [
        ("2023-02-15", "year", 1, True),  # a year on: 15 February
        ("2022-02-15", "year", 1, True),  # two years on
        ("2023-04-30", "year", 1, True),  # the last day
        ("2023-05-01", "year", 1, False),
        ("2023-01-31", "year", 1, False),  # the day itself
        ("2024-01-15", "year", 1, False),
        ("2022-02-15", "year", 3, False),  # 2025
        ("2023-10-31", "month", 6, True),  # 30 April, the last day of the shorter month
        ("2023-11-01", "month", 6, False),  # 1 May
        ("2024-01-15", "month", 3, False),  # 15 April, but shorter than six months
    ],
)
def test_without_a_term_renewal_is_due_by_the_interval(start: str, interval: str, count: int, due: bool) -> None:
    book = Book().add("plans", plan("long", interval, count)).sells("a.1", "1000", start, plan_id="long")
    assert snapshot(predictions(book, "2024-01-31"), "a", "2024-01-31").is_renewal_due is due


def test_a_term_in_force_decides_whatever_the_interval_says() -> None:
    # a year on 15 February, but the term runs to the end of the year
    book = Book().sells("a.1", "1200", "2023-02-15", plan_id="yearly").term("a.1", "2024-01-01", "2025-01-01", "1")
    assert not snapshot(predictions(book, "2024-01-31"), "a", "2024-01-31").is_renewal_due


# -- features ----------------------------------------------------------------------------------------------------------


def test_features_of_the_contract() -> None:
    # e - 1 = 1.718281828459045 a month is ln e = 1; 13 whole months: ln 14
    found = features({}, Decimal("1.718281828459045"), 13, 12, True)
    assert (found["mrr"], found["is_yearly"], found["renewal_due"]) == (pytest.approx(1), 1.0, 1.0)
    assert found["tenure"] == pytest.approx(2.6390573296)
    found = features({}, Decimal(0), 0, 11, False)
    assert (found["mrr"], found["tenure"], found["is_yearly"], found["renewal_due"]) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("measure", "raw", "feature"),
    [
        ("mrr_change", "1", 0.0),
        ("mrr_change", "0.25", -0.75),
        ("mrr_change", "0", -1.0),
        ("mrr_change", "2", 1.0),
        ("mrr_change", "7", 1.0),  # at most one more
        ("active_user_share", "0.4", 0.4),
        ("active_user_share", "1.5", 1.0),
        ("usage_trend", "2.5", 2.5),
        ("usage_trend", "30", 3.0),
        ("days_since_use", "0", 0.0),
        ("days_since_use", "90", math.log(91)),
        ("days_since_use", "400", math.log(91)),
        ("open_tickets", "0", 0.0),
        ("open_tickets", "3", math.log(4)),
        ("latest_nps", "0", 0.0),
        ("latest_nps", "10", 10.0),
        ("csat_share", "0.5", 0.5),
        ("net_sentiment", "-40", -0.4),
        ("days_past_due", "1", math.log(2)),
        ("days_past_due", "91", math.log(91)),
        ("days_since_touch", "181", math.log(181)),
        ("days_since_touch", "180", math.log(181)),
        ("days_since_touch", "179", math.log(180)),
    ],
)
def test_features_of_the_evidence(measure: str, raw: str, feature: float) -> None:
    known = {measure: Said(Decimal(raw))}
    assert features(known, Decimal(1), 1, 1, False)[measure] == pytest.approx(feature)
    known = {measure: Said(Decimal(raw), is_connected=False)}
    assert features(known, Decimal(1), 1, 1, False)[measure] is None
    assert features({measure: Said(None)}, Decimal(1), 1, 1, False)[measure] is None
    assert features({}, Decimal(1), 1, 1, False)[measure] is None


def test_the_change_of_mrr_is_subtracted_exactly() -> None:
    # 1.05 - 1 = 0.05; of floating numbers it would be 0.050000000000000044, and in another bin
    assert features({"mrr_change": Said(Decimal("1.05"))}, Decimal(1), 1, 1, False)["mrr_change"] == 0.05


@pytest.mark.parametrize(("age", "expected"), [(0, 9.0), (180, 9.0), (181, None)])
def test_an_old_answer_is_none(age: int, expected: float | None) -> None:
    assert features({"latest_nps": Said(Decimal(9), age)}, Decimal(1), 1, 1, False)["latest_nps"] == expected


def test_there_are_fourteen_features() -> None:
    found = features({}, Decimal(1), 1, 1, False)
    assert len(found) == 14
    assert [name for name, value in found.items() if value is not None] == ["tenure", "mrr", "is_yearly", "renewal_due"]


# -- the hazard table --------------------------------------------------------------------------------------------------


def test_hazard_is_of_those_known_by_then() -> None:
    # Horizon 29 days; a, b, c pay at the end of January, a leaves on 10 February; d, monthly too, comes in March.
    # By 29 February January is known: 3 snapshots, 1 churned, r = 1/3. The cell of b and c (young, monthly, not due)
    # holds all three: (1 + 20/3) / 23 = 1/3. The yearly e is in a cell of nobody: r itself.
    book = Book().sells("a.1", "10", "2024-01-05", "2024-02-10").sells("b.1", "10", "2024-01-05")
    book.sells("c.1", "10", "2024-01-05").sells("e.1", "120", "2024-02-05", plan_id="yearly")
    found = predictions(book, "2024-03-31", churn_horizon_days=29)
    assert [one.hazard for one in found.on(date(2024, 1, 31))] == [None] * 3
    assert {one.hazard for one in found.on(date(2024, 2, 29))} == {Decimal("0.3333333333")}
    # By 31 March February is known too: b, c, e stayed. r = 1/6; monthly: 5 snapshots, 1 churned; yearly: 1, 0
    hazards = {one.customer.customer_id: one.hazard for one in found.on(date(2024, 3, 31))}
    assert hazards == {
        "b": round10((1 + Fraction(20, 6)) / 25),
        "c": round10((1 + Fraction(20, 6)) / 25),
        "e": round10(Fraction(20, 6) / 21),
    }


def test_hazard_knows_nothing_a_day_too_early() -> None:
    # 31 January + 30 days = 1 March: unknown on 29 February
    book = Book().sells("a.1", "10", "2024-01-05", "2024-02-10").sells("b.1", "10", "2024-01-05")
    found = predictions(book, "2024-03-31", churn_horizon_days=30)
    assert snapshot(found, "b", "2024-02-29").hazard is None
    # 29 February + 30 days = 30 March: then January and February are, 3 snapshots, 1 churned: (1 + 20/3) / 23
    assert snapshot(found, "b", "2024-03-31").hazard == Decimal("0.3333333333")


@pytest.mark.parametrize(
    ("start", "band"),
    [
        ("2024-01-01", 0),
        ("2023-11-01", 0),  # 2 months and 30 days
        ("2023-10-31", 1),
        ("2023-02-01", 1),  # 11
        ("2023-01-31", 2),
        ("2022-02-01", 2),  # 23
        ("2022-01-31", 3),
    ],
)
def test_bands_of_tenure(start: str, band: int) -> None:
    found = predictions(Book().sells("a.1", "10", start), "2024-01-31")
    assert snapshot(found, "a", "2024-01-31").cell == (band, False, False)


# -- models and probabilities ------------------------------------------------------------------------------------------


def marked(day: str, customer_id: str) -> str:
    return hashlib.md5(f"{day}|{customer_id}".encode(), usedforsecurity=False).hexdigest()


def test_the_mark_of_a_company_is_who_paid_first() -> None:
    book = Book().sells("b.1", "10", "2024-01-05").sells("a.1", "10", "2024-01-05").sells("c.1", "0", "2024-01-01")
    book.customer("t", is_test="true").sells("t.1", "10", "2023-01-01")
    assert predictions(book, "2024-01-31").mark == marked("2024-01-05", "a")
    # whatever is reported from when
    assert predictions(book, "2024-01-31", history_start="2024-01-20").mark == marked("2024-01-05", "a")
    assert predictions(Book().customer("a"), "2024-01-31").mark is None


def test_a_model_of_another_company_or_horizon_is_not_in_force(tmp_path: Path) -> None:
    book, mine = Book().sells("a.1", "10", "2024-01-05"), marked("2024-01-05", "a")
    write_model(tmp_path, marked("2024-01-05", "b"), version="m9")
    write_model(tmp_path, mine, version="m8", horizon_days=30)
    write_model(tmp_path, mine, version="m7", kind="contract_lifetime", horizon_days=None)
    found = predictions(book, "2024-01-31", seeds=str(tmp_path))
    assert found.churn_model is None and found.snapshots[0].score is None
    assert found.model("contract_lifetime").version == "m7"
    assert found.model("purchase_lifetime") is None
    # now one that fits, though older by its name than the others
    write_model(tmp_path, mine, version="m1")
    assert predictions(book, "2024-01-31", seeds=str(tmp_path)).churn_model.version == "m1"
    assert predictions(book, "2024-01-31", seeds=str(tmp_path), churn_horizon_days=30).churn_model.version == "m8"


def test_the_newest_model_counts(tmp_path: Path) -> None:
    for version, intercept in [("2024-02", -1.0), ("2024-10", 1.0), ("2024-09", 2.0)]:
        write_model(tmp_path, marked("2024-01-05", "a"), intercept, version=version)
    found = predictions(Book().sells("a.1", "10", "2024-01-05"), "2024-01-31", seeds=str(tmp_path))
    assert found.churn_model.version == "2024-10"
    assert found.snapshots[0].score.log_odds == 1.0


def test_log_odds_are_summed_over_what_is_there(tmp_path: Path) -> None:
    # -1 + 2 x (1 - 0.5) / 0.25 = 3 for who is due; usage is not known and says nothing; tenure 0: 1 x (0 - 2) / 4 = -0.5
    coefficients = {"renewal_due": (2.0, 0.5, 0.25), "usage_trend": (5.0, 1.0, 1.0), "tenure": (1.0, 2.0, 4.0)}
    write_model(tmp_path, marked("2024-01-05", "a"), -1.0, coefficients)
    book = Book().sells("a.1", "10", "2024-01-05").term("a.1", "2024-01-01", "2024-02-15", "10")
    one = predictions(book, "2024-01-31", seeds=str(tmp_path)).snapshots[0]
    assert one.score.contributions == {"renewal_due": 4.0, "tenure": -0.5}
    assert one.score.log_odds == 2.5
    # 1 / (1 + e^-2.5)
    assert one.score.probability == Decimal("0.9241418200")
    assert one.score.reasons == ["renewal_due", "tenure"]
    known = {"usage_trend": Said(Decimal("0.5"))}
    one = predictions(book, "2024-01-31", known, seeds=str(tmp_path)).snapshots[0]
    assert one.score.log_odds == 0.0 and one.score.probability == Decimal("0.5")


def test_summands_are_rounded_and_added_exactly(tmp_path: Path) -> None:
    # 1/3 twice, each 0.3333333333, not 2/3; the intercept -0.66666666666 is -0.6666666667
    coefficients = {"renewal_due": (1.0, 0.0, 3.0), "is_yearly": (1.0, 0.0, 3.0)}
    write_model(tmp_path, marked("2023-02-05", "a"), -0.66666666666, coefficients)
    book = Book().sells("a.1", "10", "2023-02-05", plan_id="yearly")
    one = snapshot(predictions(book, "2024-01-31", seeds=str(tmp_path)), "a", "2024-01-31")
    assert one.score.log_odds == Decimal("-0.0000000001")


def test_reasons_are_the_three_largest_of_either_sign() -> None:
    def reasons(**contributions: str) -> list[str]:
        return Score(Decimal(0), {name: Decimal(amount) for name, amount in contributions.items()}).reasons

    assert reasons(a="0.1", b="-2", c="1", d="-1") == ["b", "c", "d"]
    assert reasons(d="1", c="-1", b="1", a="1") == ["a", "b", "c"]
    assert reasons(a="0", b="1") == ["b"]  # what moves nothing is no reason
    assert reasons() == []


@pytest.mark.parametrize(
    ("log_odds", "probability"),
    [
        (0.0, "0.5"),
        (-30.0, "0.0000000000"),
        (-20.0, "0.0000000021"),
        (800.0, "1"),
        (-800.0, "0"),
    ],
)
def test_probability_is_rounded_to_ten_decimals(log_odds: float, probability: str) -> None:
    assert Score(round10(Fraction(log_odds)), {}).probability == Decimal(probability)


@pytest.mark.parametrize(
    ("probability", "threshold", "tier"),
    [
        ("0.5", 0.5, "high"),
        ("0.4999999999", 0.5, "medium"),
        ("0.25", 0.5, "medium"),
        ("0.2499999999", 0.5, "low"),
        ("0.3", 0.3, "high"),
        ("0.15", 0.3, "medium"),
        ("0", 0.3, "low"),
    ],
)
def test_tiers(probability: str, threshold: float, tier: str) -> None:
    found = predictions(Book().sells("a.1", "10", "2024-01-05"), "2024-01-31", risk_threshold=threshold)
    assert found.tier(Decimal(probability)) == tier


# -- quality -----------------------------------------------------------------------------------------------------------


def quality(*rows: tuple[str, int], mrr: Sequence[int] | None = None) -> Quality:
    """Of probabilities and whether each left."""
    ones = []
    for number, (probability, has_churned) in enumerate(rows):
        customer = SimpleNamespace(customer_id=f"c{number:03}")
        amount = Decimal(mrr[number] if mrr else 1)
        one = Snapshot(customer, date(2024, 1, 31), amount, 0, 1, False, {}, True, bool(has_churned))
        ones.append(Judged(one, Decimal(probability)))
    return Quality(ones)


def test_auc_of_the_published_example() -> None:
    # scikit-learn's and cuML's: of four pairs three are in order
    assert quality(("0.1", 0), ("0.4", 0), ("0.35", 1), ("0.8", 1)).auc == 0.75


@pytest.mark.parametrize(
    ("rows", "auc"),
    [
        ([("0.1", 0), ("0.2", 1)], 1.0),
        ([("0.1", 1), ("0.2", 0)], 0.0),
        ([("0.2", 1), ("0.2", 0)], 0.5),
        # pairs of 0.5 with 0.5, 0.5, 0.1: (1/2 + 1/2 + 1) / 3
        ([("0.5", 1), ("0.5", 0), ("0.5", 0), ("0.1", 0)], 2 / 3),
        ([("0.5", 1)], None),
        ([("0.5", 0), ("0.9", 0)], None),
    ],
)
def test_auc_with_ties_and_with_one_class(rows: list[tuple[str, int]], auc: float | None) -> None:
    assert quality(*rows).auc == auc


def test_auc_is_that_of_mid_ranks() -> None:
    # ranks 1, 2.5, 2.5, 4, 5 of .1, .3, .3, .6, .9; who left has 2.5 + 5 = 7.5: (7.5 - 2 x 3 / 2) / (2 x 3)
    assert area_under_curve([(0.1, False), (0.3, True), (0.3, False), (0.6, False), (0.9, True)]) == 0.75


def test_brier_skill_and_log_loss() -> None:
    # (0.04 + 0.36 + 0.25 + 0.01) / 4 = 0.165; r = 1/2: skill 1 - 0.165 / 0.25 = 0.34
    found = quality(("0.2", 0), ("0.6", 0), ("0.5", 1), ("0.9", 1))
    assert found.brier == pytest.approx(0.165)
    assert found.skill == pytest.approx(0.34)
    # -(ln 0.8 + ln 0.4 + ln 0.5 + ln 0.9) / 4
    assert found.log_loss == pytest.approx((0.2231435513 + 0.9162907319 + 0.6931471806 + 0.1053605157) / 4)


def test_one_class_has_brier_and_log_loss_and_nothing_else() -> None:
    found = quality(("0.2", 0), ("0", 0))
    assert found.brier == pytest.approx(0.02)
    assert found.log_loss == pytest.approx(0.2231435513 / 2)
    assert (found.auc, found.skill, found.lift, found.captured_mrr_share) == (None, None, None, None)


def test_certain_and_wrong_costs_as_much_as_is_clipped() -> None:
    # -ln 1e-15 = 34.538776394910684; 1 - 1e-15 is a floating number, and leaves a little less
    assert quality(("1", 0)).log_loss == pytest.approx(34.5388, rel=1e-4)
    assert quality(("0", 1)).log_loss == pytest.approx(34.538776394910684)
    assert quality(("1", 1)).log_loss == pytest.approx(1e-15, rel=1e-2)


def test_deciles_lift_and_captured_mrr() -> None:
    # 12 customers: the top decile has two. Both left, of three: lift 1 / (3/12) = 4; MRR 5 + 7 of 5 + 7 + 12
    rows = [("0.9", 1), ("0.8", 1), *[("0.1", 0)] * 9, ("0.05", 1)]
    found = quality(*rows, mrr=[5, 7, *[1] * 9, 12])
    assert [len(decile) for decile in found.deciles] == [2, 2, 1, 1, 1, 1, 1, 1, 1, 1]
    assert found.lift == pytest.approx(4)
    assert found.captured_mrr_share == 0.5


def test_equal_probabilities_are_in_the_order_of_their_ids() -> None:
    # the same for everybody: of 10 customers the first by id is the top decile, and it left
    found = quality(("0.1", 1), *[("0.1", 0)] * 9)
    assert found.lift == 10 and found.captured_mrr_share == 1
    found = quality(*[("0.1", 0)] * 9, ("0.1", 1))
    assert found.lift == 0 and found.captured_mrr_share == 0


def test_without_a_model_the_hazard_alone_is_judged() -> None:
    book = Book().sells("a.1", "10", "2024-01-05").sells("b.1", "10", "2024-01-05", "2024-04-10")
    found = predictions(book, "2024-04-30", churn_horizon_days=29).quality()
    assert {key: len(one.pairs) for key, one in found.items()} == {
        ("hazard", "day", FEBRUARY, FEBRUARY): 2,
        ("hazard", "day", MARCH, MARCH): 2,
        ("hazard", "all", FEBRUARY, MARCH): 4,
    }


def test_quality_tells_days_trained_on_from_those_after(tmp_path: Path) -> None:
    # trained through 29 February; horizon 29: known are January to March (31 March + 29 = 29 April)
    book = Book().sells("a.1", "10", "2024-01-05").sells("b.1", "10", "2024-01-05", "2024-04-10")
    write_model(tmp_path, marked("2024-01-05", "a"), trained_through="2024-02-29", horizon_days=29)
    found = predictions(book, "2024-04-30", seeds=str(tmp_path), churn_horizon_days=29).quality()
    assert {key: (len(one.pairs), one.churned) for key, one in found.items()} == {
        ("logistic", "day", JANUARY, JANUARY): (2, 0),
        ("logistic", "day", FEBRUARY, FEBRUARY): (2, 0),
        ("logistic", "day", MARCH, MARCH): (2, 1),
        ("logistic", "all", JANUARY, MARCH): (6, 1),
        ("logistic", "training", JANUARY, FEBRUARY): (4, 0),
        ("logistic", "after training", MARCH, MARCH): (2, 1),
        # nothing was known of anybody on 31 January
        ("hazard", "day", FEBRUARY, FEBRUARY): (2, 0),
        ("hazard", "day", MARCH, MARCH): (2, 1),
        ("hazard", "all", FEBRUARY, MARCH): (4, 1),
        ("hazard", "training", FEBRUARY, FEBRUARY): (2, 0),
        ("hazard", "after training", MARCH, MARCH): (2, 1),
    }


# -- stability ---------------------------------------------------------------------------------------------------------

HALVES = [Bin(0, None, None, 0.0), Bin(1, None, 0.5, 0.5), Bin(2, 0.5, None, 0.5)]


@pytest.mark.parametrize(
    ("values", "index"),
    [
        # the same shares; the empty bin of the missing is 0.0001 on both sides
        ([0.5, 0.6], 0.0),
        ([-3.0, 99.0], 0.0),
        # a quarter and three: (0.25 - 0.5) ln 0.5 + (0.75 - 0.5) ln 1.5
        ([0.1, 0.9, 0.8, 0.7], 0.25 * math.log(2) + 0.25 * math.log(1.5)),
        # half missing: (0.5 - 0.0001) ln 5000 + 0 + (0.0001 - 0.5) ln 0.0002
        ([None, 0.5], 2 * 0.4999 * math.log(5000)),
    ],
)
def test_stability_index(values: list[float | None], index: float) -> None:
    assert stability_index(HALVES, values) == pytest.approx(index)


def test_stability_index_of_nobody() -> None:
    assert stability_index(HALVES, []) is None


def test_stability_looks_at_the_last_score_day(tmp_path: Path) -> None:
    # trained: all pay up to ln 11 (10 a month). In January one of two, in February none of two
    book = Book().sells("a.1", "10", "2024-01-05", "2024-02-10").sells("b.1", "100", "2024-01-05")
    book.sells("c.1", "100", "2024-02-05")
    edge = math.log(11)
    bins = {"mrr": [(0, None, None, 0.0), (1, None, edge, 0.5), (2, edge, None, 0.5)]}
    write_model(tmp_path, marked("2024-01-05", "a"), bins=bins)
    write_model(tmp_path, "another", bins={"mrr": [(1, None, None, 1.0)]}, version="m9")
    assert predictions(book, "2024-01-31", seeds=str(tmp_path)).stability() == {"mrr": pytest.approx(0)}
    expected = (0.0001 - 0.5) * math.log(0.0002) + 0.5 * math.log(2)
    assert predictions(book, "2024-02-29", seeds=str(tmp_path)).stability() == {"mrr": pytest.approx(expected)}


# -- metrics -----------------------------------------------------------------------------------------------------------


def by_interval(folder: Path) -> str:
    """A model by which monthly customers leave with 1/2, yearly ones with 1 / (1 + e^2) = 0.1192029220."""
    return str(write_model(folder, marked("2024-01-05", "a"), 0.0, {"is_yearly": (-2.0, 0.0, 1.0)}))


def two_countries() -> Book:
    book = Book().customer("a", country="DE").customer("b", country="FR").customer("c", country="DE")
    book.sells("a.1", "30", "2024-01-05").sells("b.1", "10", "2024-01-05", "2024-03-10")
    return book.sells("c.1", "1200", "2024-02-05", plan_id="yearly")


def test_predicted_churn_rate_and_expected_churned_mrr(tmp_path: Path) -> None:
    result = two_countries().count("2024-03-31", seeds=by_interval(tmp_path))
    # January: a and b
    assert exact(result, "predicted_churn_rate", "2024-01-01") == (1, 2)
    assert figure(result, "predicted_churn_rate", "2024-01-01") == 0.5
    assert figure(result, "expected_churned_mrr", "2024-01-01") == 20
    # February: c, 100 a month, too
    assert exact(result, "predicted_churn_rate", "2024-02-01") == (Decimal("1.1192029220"), 3)
    assert figure(result, "expected_churned_mrr", "2024-02-01") == Decimal("31.9202922000")
    # March, and the quarter that closes with it: a and c
    assert exact(result, "predicted_churn_rate", "2024-03-01") == (Decimal("0.6192029220"), 2)
    assert exact(result, "predicted_churn_rate", "2024-01-01", "quarter") == (Decimal("0.6192029220"), 2)
    assert figure(result, "expected_churned_mrr", "2024-01-01", "quarter") == Decimal("26.9202922000")


def test_predictions_stand_under_the_attributes_of_the_closing_day(tmp_path: Path) -> None:
    result = two_countries().count("2024-03-31", seeds=by_interval(tmp_path))
    assert exact(result, "predicted_churn_rate", "2024-02-01", country="DE") == (Decimal("0.6192029220"), 2)
    assert exact(result, "predicted_churn_rate", "2024-02-01", country="FR") == (Decimal("0.5"), 1)
    assert figure(result, "expected_churned_mrr", "2024-02-01", country="FR") == 5
    # b left in March: nobody pays in France
    cells = [key for key in result.metrics if key[0] == "expected_churned_mrr" and str(key[2]) == "2024-03-01"]
    assert {key[3:] for key in cells if key[3] == "country"} == {("country", "DE")}


def test_both_are_absent_without_a_model_in_force(tmp_path: Path) -> None:
    names = {"predicted_churn_rate", "expected_churned_mrr"}
    result = two_countries().count("2024-03-31", seeds=by_interval(tmp_path), churn_horizon_days=60)
    assert not names & {key[0] for key in result.metrics}
    result = two_countries().count("2024-03-31", seeds=by_interval(tmp_path))
    assert names <= {key[0] for key in result.metrics}


def test_of_nobody_there_is_no_rate(tmp_path: Path) -> None:
    book = Book().sells("a.1", "10", "2024-01-05", "2024-02-10")
    result = book.count("2024-02-29", seeds=by_interval(tmp_path))
    assert exact(result, "predicted_churn_rate", "2024-02-01") == (0, 0)
    assert figure(result, "predicted_churn_rate", "2024-02-01") is None
    assert figure(result, "expected_churned_mrr", "2024-02-01") == 0


@pytest.mark.parametrize(("threshold", "customers", "mrr"), [(0.5, 1, 30), (0.51, 0, 0), (0.1192, 2, 130)])
def test_at_risk_is_who_is_likely_to_leave(threshold: float, customers: int, mrr: int, tmp_path: Path) -> None:
    # nobody has evidence enough to be red; a leaves with 0.5, c with 0.1192
    variables = {"risk_threshold": threshold, "health_minimum_coverage": 2}
    result = two_countries().count("2024-03-31", seeds=by_interval(tmp_path), **variables)
    assert figure(result, "at_risk_customers", "2024-03-01") == customers
    assert figure(result, "mrr_at_risk", "2024-03-01") == mrr


# -- which models there are --------------------------------------------------------------------------------------------


def test_models_are_listed_with_what_keeps_them_from_counting(tmp_path: Path) -> None:
    mine = marked("2024-01-05", "a")
    write_model(tmp_path, mine, version="m1", horizon_days=30)
    write_model(tmp_path, "0" * 32, version="m2")
    write_model(tmp_path, "0" * 32, version="m3", kind="purchase_lifetime", horizon_days=None)
    book = Book().sells("a.1", "10", "2024-01-05")
    told = predictions(book, "2024-01-31", seeds=str(tmp_path)).models_told()
    assert {kind: (row["status"], row["model_version"]) for (kind,), row in told.items()} == {
        "churn": ("trained for another horizon", "m1"),
        "contract_lifetime": ("not trained", None),
        "purchase_lifetime": ("trained on another company", "m3"),
    }
    told = predictions(book, "2024-01-31", seeds=str(tmp_path), churn_horizon_days=30).models_told()
    assert told[("churn",)]["status"] == "in force"

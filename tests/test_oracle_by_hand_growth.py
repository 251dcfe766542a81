"""The reference's figures of growth and team against companies small enough to be worked by hand, in the comments."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.conftest import CAST, VARIABLES
from tests.oracle import Result, compute
from tests.test_oracle_by_hand import Book as PlainBook
from tests.test_oracle_by_hand import exact, figure


class Book(PlainBook):
    """With costs, trials, offers, referrals and the team."""

    def cost(self, purpose: str, amount: str, day: str, **more: str) -> Book:
        row = {"cost_id": f"cost {len(self.tables.get('costs', []))}", "incurred_at": day, "purpose": purpose}
        return self.add("costs", row | {"category": "other", "amount": amount, "currency": "USD"} | more)

    def trial(self, customer_id: str, start: str, end: str, converted: str | None = None, **more: str) -> Book:
        row = {"trial_id": f"trial {len(self.tables.get('trials', []))}", "customer_id": customer_id}
        return self.add(
            "trials", row | {"trial_start_at": start, "trial_end_at": end, "converted_at": converted} | more
        )

    def offer(self, customer_id: str, day: str, outcome: str | None, kind: str = "upsell", **more: str) -> Book:
        row = {"offer_id": f"offer {len(self.tables.get('offers', []))}", "customer_id": customer_id}
        return self.add("offers", row | {"offer_type": kind, "presented_at": day, "outcome": outcome} | more)

    def referral(self, referrer: str, referred: str | None, day: str, **more: str) -> Book:
        row = {"referral_id": f"referral {len(self.tables.get('referrals', []))}", "referrer_customer_id": referrer}
        return self.add("referrals", row | {"referred_customer_id": referred, "referred_at": day} | more)

    def csm(self, csm_id: str, fte: str = "1") -> Book:
        return self.add("csms", {"csm_id": csm_id, "name": csm_id, "fte": fte})

    def assign(self, customer_id: str, csm_id: str, start: str, end: str | None = None) -> Book:
        row = {"customer_id": customer_id, "csm_id": csm_id, "assigned_from": start, "assigned_to": end}
        return self.add("csm_assignments", row)

    def touch(self, customer_id: str, day: str, csm_id: str = "amy") -> Book:
        row = {"touch_id": f"touch {len(self.tables.get('csm_touches', []))}", "customer_id": customer_id}
        return self.add("csm_touches", row | {"csm_id": csm_id, "kind": "call", "occurred_at": day})

    def merge(self, one: str, other: str, day: str = "2024-01-01") -> Book:
        return self.add("customer_merges", {"from_customer_id": one, "into_customer_id": other, "merged_at": day})

    def line(self, customer_id: str, amount: str, start: str, end: str) -> Book:
        """A paid invoice of one recurring line, issued on the line's first day."""
        number = len(self.tables.get("invoices", []))
        line = {"kind": "recurring", "amount": amount, "period_start": start, "period_end": end}
        return self.invoice(f"{customer_id}.{number}", amount, start, line)


def rules(result: Result, table: str) -> list[tuple[str, str, bool]]:
    return [(key, rule, is_kept) for name, key, rule, is_kept in result.rejected if name == table]


def is_complete(result: Result, metric: str, start: str) -> bool:
    return result.cell(metric, "month", start).is_complete


def has_cell(result: Result, metric: str, start: str, **segment: str) -> bool:
    name, value = next(iter(segment.items()), ("all", "all"))
    return any(
        key[0] == metric and key[1] == "month" and str(key[2]) == start and key[3:] == (name, value)
        for key in result.metrics
    )


# -- which rows count --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({}, None),
        ({"trial_end_at": "2024-01-04"}, "end_before_start"),
        ({"trial_end_at": "2024-01-05"}, None),  # a trial of no length
        ({"converted_at": "2024-01-04T23:59:59Z"}, "converted_before_start"),
        ({"converted_at": "2024-01-05"}, None),
        ({"trial_start_at": "soon"}, "unparseable_date"),
        ({"trial_end_at": None}, "missing_value"),
        ({"trial_id": None}, "missing_key"),
    ],
)
def test_rules_of_trials(more: dict, rule: str | None) -> None:
    book = Book().sells("a.1", "10", "2024-01-01")
    row = {"trial_id": "t", "customer_id": "a", "trial_start_at": "2024-01-05", "trial_end_at": "2024-01-19"}
    found = rules(book.add("trials", row | more).count("2024-01-31"), "trials")
    assert [one[1] for one in found] == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({}, None),
        ({"offer_type": "UPSELL", "outcome": "Accepted"}, None),  # words of a list: whatever their case
        ({"offer_type": "downsell"}, "unknown_offer_type"),
        ({"offer_type": None}, "missing_value"),
        ({"outcome": "maybe"}, "unknown_outcome"),
        ({"outcome": None}, None),
        ({"responded_at": "2024-01-04"}, "answer_before_offer"),
        ({"amount": "a lot"}, "unparseable_number"),
        ({"currency": "nonsense"}, None),  # no figure reads it
    ],
)
def test_rules_of_offers(more: dict, rule: str | None) -> None:
    book = Book().sells("a.1", "10", "2024-01-01")
    row = {"offer_id": "o", "customer_id": "a", "offer_type": "upsell", "presented_at": "2024-01-05"}
    found = rules(book.add("offers", row | {"outcome": "declined"} | more).count("2024-01-31"), "offers")
    assert [one[1] for one in found] == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({}, None),
        ({"purpose": "COGS"}, None),
        ({"purpose": "fun"}, "unknown_purpose"),
        ({"period_start": "2024-02-01", "period_end": "2024-01-31"}, "end_before_start"),
        ({"period_start": "2024-02-01", "period_end": "2024-02-01"}, None),
        ({"amount": "-1"}, "negative_amount"),
        ({"amount": "0"}, None),
        ({"currency": "EURO"}, "unknown_currency"),
        ({"currency": "CHF"}, "unknown_currency"),  # no rate of it at all
        ({"currency": "eur"}, None),
        ({"currency": "EUR", "incurred_at": "2024-01-04"}, "no_exchange_rate"),
        # the first that applies: an unknown purpose before the end before the start
        ({"purpose": "fun", "amount": "-1"}, "unknown_purpose"),
    ],
)
def test_rules_of_costs(more: dict, rule: str | None) -> None:
    book = Book().sells("a.1", "10", "2024-01-01").rates("EUR", d20240105="1.1")
    row = {"cost_id": "c", "incurred_at": "2024-01-05", "purpose": "cogs", "category": "hosting"}
    book.add("costs", row | {"amount": "5", "currency": "USD"} | more)
    found = rules(book.count("2024-01-31", reporting_currency="USD"), "costs")
    assert [one[1] for one in found] == ([rule] if rule else [])


def test_rules_of_referrals_see_merges() -> None:
    # a and b are one customer, so a refers itself; the third converts before it was made; nobody knows the ghost
    book = Book().sells("a.1", "10", "2024-01-01").customer("b").merge("b", "a")
    book.referral("a", "b", "2024-01-05").referral("a", "c", "2024-01-05")
    book.referral("a", "d", "2024-01-05", converted_at="2024-01-04").referral("ghost", None, "2024-01-05")
    found = rules(book.count("2024-01-31"), "referrals")
    assert found == [
        ("referral 0", "self_referral", False),
        ("referral 2", "converted_before_referral", False),
        ("referral 3", "unknown_customer", True),
    ]


def test_rows_of_nobody_are_kept_and_listed() -> None:
    book = Book().sells("a.1", "10", "2024-01-01").cost("cogs", "5", "2024-01-05", customer_id="ghost")
    book.cost("cogs", "5", "2024-01-05").trial("ghost", "2024-01-05", "2024-01-19").offer("ghost", "2024-01-05", None)
    book.touch("ghost", "2024-01-05")
    event = {"customer_id": "ghost", "event_name": "badge", "occurred_at": "2024-01-05"}
    result = book.add("loyalty_events", event, dict(event)).count("2024-01-31")
    assert rules(result, "costs") == [("cost 0", "unknown_customer", True)]
    assert rules(result, "trials") == [("trial 0", "unknown_customer", True)]
    assert rules(result, "offers") == [("offer 0", "unknown_customer", True)]
    assert rules(result, "csm_touches") == [("touch 0", "unknown_customer", True)]
    # the whole row is the key of a loyalty event: its copy is folded
    assert rules(result, "loyalty_events") == [("ghost|badge||2024-01-05", "unknown_customer", True)]
    counts = result.counts["loyalty_events"]
    assert (counts.rows_in, counts.staged, counts.folded, counts.rejected) == (2, 1, 1, 0)


def test_a_manager_is_not_less_than_nobody() -> None:
    result = Book().sells("a.1", "10", "2024-01-01").csm("amy", "-0.5").csm("bob", "0").count("2024-01-31")
    assert rules(result, "csms") == [("amy", "negative_fte", False)]


def test_the_spine_begins_with_the_first_cost() -> None:
    # the customer came in March, a cost of January is the first thing known; that it is for 2023 too is no event
    book = Book().customer("a", created_at="2024-03-01").sells("a.1", "10", "2024-03-01")
    book.cost("cogs", "62", "2024-01-31", period_start="2023-12-01", period_end="2024-02-01")
    result = book.line("a", "31", "2024-03-01", "2024-04-01").count("2024-03-31")
    months = sorted({str(key[2]) for key in result.metrics if key[1] == "month"})
    assert months == ["2024-01-01", "2024-02-01", "2024-03-01"]
    # 62 over 62 days: 31 in December, before the spine, and 31 in January; the first quarter has 31 revenue, 31 cost
    assert exact(result, "gross_margin_rate", "2024-01-01") == (Decimal(-31), Decimal(0))
    assert exact(result, "gross_margin_rate", "2024-01-01", "quarter") == (Decimal(0), Decimal(31))


# -- costs -------------------------------------------------------------------------------------------------------------


def test_a_cost_over_a_leap_year() -> None:
    # 366 over the 366 days of 2024: 31, 29, 31 (to the as-of day: 10)
    book = Book().sells("a.1", "10", "2024-01-01")
    book.cost("retention", "366", "2024-01-15", period_start="2024-01-01", period_end="2025-01-01")
    result = book.count("2024-03-10")
    assert figure(result, "customer_retention_cost", "2024-01-01") == 31
    assert figure(result, "customer_retention_cost", "2024-02-01") == 29
    assert figure(result, "customer_retention_cost", "2024-03-01") == 10
    assert figure(result, "customer_retention_cost", "2024-01-01", "quarter") == 70
    assert not is_complete(result, "customer_retention_cost", "2024-03-01")


def test_a_cost_counts_on_the_day_incurred_without_a_period() -> None:
    # 23:30 in UTC is the next month in Berlin; one day that begins and ends a service is none
    book = Book().sells("a.1", "10", "2024-01-01").cost("retention", "5", "2024-01-31T23:30:00Z")
    book.cost("retention", "7", "2024-01-02", period_start="2024-02-09", period_end="2024-02-09")
    utc, berlin = book.count("2024-02-29"), book.count("2024-02-29", reporting_timezone="Europe/Berlin")
    assert figure(utc, "customer_retention_cost", "2024-01-01") == 12
    assert figure(berlin, "customer_retention_cost", "2024-01-01") == 7
    assert figure(berlin, "customer_retention_cost", "2024-02-01") == 5


def test_a_cost_over_the_night_of_the_clock_change() -> None:
    # days are days, of 23 hours too: 30 and 31 March 2024 (clocks change on the 31st) and 1 April, 1 each
    book = Book().sells("a.1", "10", "2024-01-01")
    book.cost("retention", "3", "2024-03-30", period_start="2024-03-30", period_end="2024-04-02")
    result = book.count("2024-04-30", reporting_timezone="Europe/Berlin")
    assert figure(result, "customer_retention_cost", "2024-03-01") == 2
    assert figure(result, "customer_retention_cost", "2024-04-01") == 1


def test_a_cost_in_another_currency_has_the_rate_of_the_day_incurred() -> None:
    # 10 EUR at 1.1 of 31 January, also the half of it that lies in February, whose rate is 2; a third is rounded
    book = Book().sells("a.1", "10", "2024-01-01").rates("EUR", d20240101="1.1", d20240201="2")
    book.cost("retention", "10", "2024-01-31", currency="EUR", period_start="2024-01-31", period_end="2024-02-03")
    result = book.count("2024-02-29", reporting_currency="USD")
    assert figure(result, "customer_retention_cost", "2024-01-01") == Decimal("3.6666666667")  # 11 / 3
    assert figure(result, "customer_retention_cost", "2024-02-01") == Decimal("7.3333333333")  # 11 x 2 / 3


def test_costs_that_are_not_read() -> None:
    # of a test customer, and incurred after the as-of day though for days before it
    book = Book().sells("a.1", "10", "2024-01-01").customer("t", is_test="true").cost("retention", "3", "2024-01-05")
    book.cost("retention", "5", "2024-01-05", customer_id="t")
    book.cost("retention", "7", "2024-02-01", period_start="2024-01-01", period_end="2024-02-01")
    assert figure(book.count("2024-01-31"), "customer_retention_cost", "2024-01-01") == 3


def test_two_rows_of_one_cost() -> None:
    # alike: one. Different and nothing says which is newer: none. Different, one newer: that one.
    book = Book().sells("a.1", "10", "2024-01-01").cost("retention", "3", "2024-01-05")
    row = book.tables["costs"][0]
    assert figure(book.add("costs", dict(row)).count("2024-01-31"), "customer_retention_cost", "2024-01-01") == 3
    row["updated_at"] = "2024-01-06"
    book.tables["costs"][1] |= {"amount": "4", "updated_at": "2024-01-07"}
    assert figure(book.count("2024-01-31"), "customer_retention_cost", "2024-01-01") == 4
    book.tables["costs"][1]["updated_at"] = "2024-01-06"
    result = book.cost("retention", "1", "2024-01-05", cost_id="other").count("2024-01-31")
    assert figure(result, "customer_retention_cost", "2024-01-01") == 1
    assert [rule for _, rule, _ in rules(result, "costs")] == ["unordered_duplicate", "unordered_duplicate"]


def test_an_owned_cost_stands_where_its_customer_stood_on_the_day() -> None:
    # a moves from DE to FR on the 10th: the cost of the 9th is German, that of the 10th French; b is one with a
    book = Book().customer("a", country="DE").sells("a.1", "10", "2024-01-01").merge("b", "a")
    book.add(
        "customer_attributes", {"customer_id": "a", "attribute": "country", "value": "DE", "valid_from": "2024-01-01"}
    )
    book.add(
        "customer_attributes", {"customer_id": "a", "attribute": "country", "value": "FR", "valid_from": "2024-01-10"}
    )
    book.cost("retention", "3", "2024-01-09", customer_id="a").cost("retention", "5", "2024-01-10", customer_id="b")
    result = book.count("2024-01-31")
    assert figure(result, "customer_retention_cost", "2024-01-01", country="DE") == 3
    assert figure(result, "customer_retention_cost", "2024-01-01", country="FR") == 5


def test_retention_cost_is_shared_by_opening_and_closing_customers() -> None:
    # February: DE has a at both ends, FR b at the opening only: 10 x 2/3 and 10 x 1/3
    book = Book().customer("a", country="DE").sells("a.1", "10", "2024-01-01")
    book.customer("b", country="FR").sells("b.1", "10", "2024-01-01", "2024-02-10").cost(
        "retention", "10", "2024-02-05"
    )
    result = book.count("2024-02-29")
    assert figure(result, "customer_retention_cost", "2024-02-01", country="DE") == Decimal("6.6666666667")
    assert figure(result, "customer_retention_cost", "2024-02-01", country="FR") == Decimal("3.3333333333")
    assert exact(result, "customer_retention_cost_per_customer", "2024-02-01") == (10, Decimal("1.5"))
    assert exact(result, "customer_retention_cost_per_retained_customer", "2024-02-01") == (10, 1)


def test_cost_with_nothing_to_share_it_by() -> None:
    # nobody paid and nothing was invoiced: all of it is under (unknown)
    result = Book().customer("a", country="DE").cost("retention", "10", "2024-01-05").count("2024-01-31")
    assert exact(result, "customer_retention_cost", "2024-01-01", country="(unknown)")[0] == 10
    assert not has_cell(result, "customer_retention_cost", "2024-01-01", country="DE")
    assert exact(result, "customer_retention_cost_per_customer", "2024-01-01") == (10, 0)
    assert figure(result, "customer_retention_cost_per_customer", "2024-01-01") is None


def test_cogs_are_shared_by_revenue() -> None:
    # 30 of 40 is German: 3 of the 4, and the 1 that was for b
    book = Book().customer("a", country="DE").customer("b", country="FR")
    book.line("a", "30", "2024-01-01", "2024-02-01").line("b", "10", "2024-01-01", "2024-02-01")
    book.cost("cogs", "4", "2024-01-05").cost("cogs", "1", "2024-01-05", customer_id="b")
    result = book.count("2024-01-31")
    assert exact(result, "gross_margin_rate", "2024-01-01", country="DE") == (27, 30)
    assert exact(result, "gross_margin_rate", "2024-01-01", country="FR") == (8, 10)
    assert exact(result, "gross_margin_rate", "2024-01-01") == (35, 40)


def test_gross_margin_may_be_negative_and_is_nothing_without_revenue() -> None:
    book = Book().line("a", "10", "2024-01-01", "2024-02-01").customer("a").cost("cogs", "15", "2024-01-05")
    result = book.cost("cogs", "15", "2024-02-05").count("2024-02-29")
    assert figure(result, "gross_margin_rate", "2024-01-01") == -0.5
    assert exact(result, "gross_margin_rate", "2024-02-01") == (-15, 0)
    assert figure(result, "gross_margin_rate", "2024-02-01") is None
    assert figure(result, "gross_margin_rate", "2024-01-01", "quarter") == -2


def test_metrics_without_their_tables() -> None:
    result = Book().sells("a.1", "10", "2024-01-01").cost("retention", "3", "2024-01-05").count("2024-01-31")
    assert has_cell(result, "customer_retention_cost", "2024-01-01")
    for metric in (
        *("gross_margin_rate", "customer_retention_cost_share", "customer_lifetime_value", "clv_to_cac_ratio"),
        *(
            "cac_payback_months",
            "purchase_frequency",
            "referral_rate",
            "offer_conversion_rate",
            "trial_conversion_rate",
        ),
        *("accounts_per_csm", "touches_per_account"),
    ):
        assert not has_cell(result, metric, "2024-01-01"), metric
    assert has_cell(result, "customer_lifetime_value_without_margin", "2024-01-01")
    assert has_cell(result, "customer_lifespan_months_survival", "2024-01-01")


# -- what a new customer costs -----------------------------------------------------------------------------------------


def test_acquisition_cost_of_channels() -> None:
    # its own channel; that of its customer; nobody's. b came by search, c by nothing known.
    book = (
        Book()
        .customer("b", acquisition_channel="search")
        .sells("b.1", "10", "2024-01-05")
        .sells("c.1", "10", "2024-01-09")
    )
    book.cost("acquisition", "3", "2024-01-05", acquisition_channel="fair", customer_id="b")
    book.cost("acquisition", "5", "2024-01-05", customer_id="b").cost("acquisition", "7", "2024-01-05")
    result = book.count("2024-01-31")
    cac = "customer_acquisition_cost"
    assert exact(result, cac, "2024-01-01") == (15, 2)
    assert exact(result, cac, "2024-01-01", acquisition_channel="fair") == (3, 0)
    assert exact(result, cac, "2024-01-01", acquisition_channel="search") == (5, 1)
    assert exact(result, cac, "2024-01-01", acquisition_channel="(unknown)") == (7, 1)
    assert not has_cell(result, cac, "2024-01-01", country="(unknown)")
    assert has_cell(result, "customer_retention_cost", "2024-01-01", country="(unknown)")


def test_new_customers_of_the_year_include_those_who_left() -> None:
    # a left in the same year: 30 / 2
    book = Book().sells("a.1", "10", "2024-01-05", "2024-03-01").sells("b.1", "10", "2024-02-05")
    result = book.cost("acquisition", "30", "2024-02-29").count("2024-12-31")
    assert figure(result, "customer_acquisition_cost", "2024-01-01", "year") == 15
    assert figure(result, "customer_acquisition_cost", "2024-02-01") == 30
    assert exact(result, "customer_acquisition_cost", "2024-03-01") == (0, 0)


def test_lagged_cost_is_that_of_the_period_before() -> None:
    # January has none before it; the channel of January's cost has a row in February for it alone
    book = Book().sells("a.1", "10", "2024-01-05").sells("b.1", "10", "2024-02-05")
    result = book.cost("acquisition", "6", "2024-01-31", acquisition_channel="fair").count("2024-03-31")
    lagged = "customer_acquisition_cost_lagged"
    assert exact(result, lagged, "2024-01-01") == (None, 1)
    assert exact(result, lagged, "2024-02-01") == (6, 1)
    assert exact(result, lagged, "2024-02-01", acquisition_channel="fair") == (6, 0)
    assert exact(result, lagged, "2024-03-01") == (0, 0)
    assert exact(result, lagged, "2024-01-01", "quarter") == (None, 2)


def test_lagged_cost_of_a_trailing_year() -> None:
    # costs of February 2023 and 2024; the twelve months to February 2024 have the twelve months to February 2023 before them
    book = Book().customer("a", created_at="2022-03-01").sells("a.1", "10", "2024-02-10")
    book.cost("acquisition", "5", "2023-02-28").cost("acquisition", "9", "2024-02-29")
    result = book.count("2024-03-31")
    lagged = "customer_acquisition_cost_lagged"
    assert exact(result, lagged, "2023-03-01", "trailing_year") == (5, 1)
    assert exact(result, lagged, "2022-03-01", "trailing_year") == (None, 0)
    assert exact(result, lagged, "2023-04-01", "trailing_year") == (5, 1)  # to March 2024: before it, to March 2023
    assert exact(result, "customer_acquisition_cost", "2023-04-01", "trailing_year") == (9, 1)


def payback_book(cogs: str) -> Book:
    """January: a pays 100 from before. February: b is new at 50; 200 invoiced, CAC 60."""
    book = Book().sells("a.1", "100", "2024-01-01").sells("b.1", "50", "2024-02-10")
    book.line("a", "200", "2024-02-01", "2024-03-01").cost("acquisition", "60", "2024-02-03")
    return book.cost("cogs", cogs, "2024-02-03")


def test_payback() -> None:
    # margin (200 - 50) / 200 = 0.75: 60 / (50 x 0.75) = 1.6; all accounts: 60 / (75 x 0.75) = 1.0666...
    result = payback_book("50").count("2024-02-29")
    assert figure(result, "cac_payback_months", "2024-02-01") == pytest.approx(1.6)
    assert figure(result, "cac_payback_months_all_accounts", "2024-02-01") == pytest.approx(16 / 15)
    # January: nobody cost anything, nothing was invoiced
    assert figure(result, "cac_payback_months", "2024-01-01") is None


@pytest.mark.parametrize("cogs", ["200", "201"])
def test_no_payback_without_a_margin(cogs: str) -> None:
    result = payback_book(cogs).count("2024-02-29")
    assert figure(result, "cac_payback_months", "2024-02-01") is None
    assert figure(result, "cac_payback_months_all_accounts", "2024-02-01") is None


def test_payback_where_the_new_customer_has_left_again() -> None:
    # it counts as won, but no price of a customer of class new is known; ARPA is that of a
    book = payback_book("50")
    book.tables["subscriptions"][1]["ended_at"] = "2024-02-20"
    result = book.count("2024-02-29")
    assert figure(result, "customer_acquisition_cost", "2024-02-01") == 60
    assert figure(result, "cac_payback_months", "2024-02-01") is None
    assert figure(result, "cac_payback_months_all_accounts", "2024-02-01") == pytest.approx(60 / 75)


# -- what a customer is worth ------------------------------------------------------------------------------------------


def worth_book(cogs: str = "25") -> Book:
    """Four customers at 100 from January; one leaves on 10 February; 100 invoiced in February."""
    book = Book()
    for name in "abcd":
        book.sells(f"{name}.1", "100", "2024-01-01", "2024-02-10" if name == "d" else None)
    return book.line("a", "100", "2024-02-01", "2024-03-01").cost("cogs", cogs, "2024-02-05")


def test_lifetime_value() -> None:
    # ARPA 300/3, margin 0.75, churn 1/4: 300; without margin 400; 4 months
    result = worth_book().cost("acquisition", "60", "2024-02-05").count("2024-02-29")
    assert figure(result, "customer_lifetime_value", "2024-02-01") == pytest.approx(300)
    assert figure(result, "customer_lifetime_value_without_margin", "2024-02-01") == pytest.approx(400)
    assert figure(result, "customer_lifespan_months", "2024-02-01") == pytest.approx(4)
    assert figure(result, "clv_to_cac_ratio", "2024-02-01") is None  # nobody new
    # January: nobody could churn
    assert figure(result, "customer_lifetime_value_without_margin", "2024-01-01") is None
    # the quarter opened with nobody
    assert figure(result, "customer_lifespan_months", "2024-01-01", "quarter") is None


def test_lifetime_value_of_a_quarter() -> None:
    # second quarter: 1 of 4 left in three months: monthly 1 - 0.75^(1/3)
    book = Book()
    for name in "abcd":
        book.sells(f"{name}.1", "100", "2024-01-01", "2024-05-10" if name == "d" else None)
    result = book.count("2024-06-30")
    assert figure(result, "customer_lifespan_months", "2024-04-01", "quarter") == pytest.approx(
        1 / (1 - 0.75 ** (1 / 3))
    )
    assert figure(result, "customer_lifetime_value_without_margin", "2024-04-01", "quarter") == pytest.approx(
        100 / (1 - 0.75 ** (1 / 3))
    )


def test_lifetime_value_of_a_loss_is_one() -> None:
    # margin (100 - 150) / 100: -0.5 x 400
    result = worth_book("150").count("2024-02-29")
    assert figure(result, "customer_lifetime_value", "2024-02-01") == pytest.approx(-200)


def test_lifetime_value_of_a_segment_has_the_margin_of_the_company() -> None:
    # DE: a and d, of whom d left: ARPA 100, churn 1/2, margin 0.75: 150. FR: nobody left.
    book = worth_book()
    for row in book.tables["customers"]:
        row["country"] = "DE" if row["customer_id"] in "ad" else "FR"
    result = book.count("2024-02-29")
    assert figure(result, "customer_lifetime_value", "2024-02-01", country="DE") == pytest.approx(150)
    assert figure(result, "customer_lifetime_value", "2024-02-01", country="FR") is None


def test_everybody_left() -> None:
    # churn 1: a month; nobody is left whose price could be asked
    book = Book().sells("a.1", "100", "2024-01-01", "2024-02-10").count("2024-02-29")
    assert figure(book, "customer_lifespan_months", "2024-02-01") == 1
    assert figure(book, "customer_lifetime_value_without_margin", "2024-02-01") is None


def test_value_to_cost() -> None:
    # one of the four left, e is new at 100 for 150: ARPA 100 x 0.75 / (1/4) = 300, twice what e cost
    book = worth_book().sells("e.1", "100", "2024-02-11").cost("acquisition", "150", "2024-02-05")
    assert figure(book.count("2024-02-29"), "clv_to_cac_ratio", "2024-02-01") == pytest.approx(2)
    # winning cost nothing
    assert (
        figure(worth_book().sells("e.1", "100", "2024-02-11").count("2024-02-29"), "clv_to_cac_ratio", "2024-02-01")
        is None
    )


def smoothed_book() -> Book:
    """Two customers from January; a third from March leaves in May. One invoice in July and in August, no cost of it."""
    book = (
        Book()
        .sells("a.1", "30", "2024-01-01")
        .sells("b.1", "30", "2024-01-01")
        .sells("c.1", "30", "2024-03-01", "2024-05-20")
    )
    book.line("a", "10", "2024-06-01", "2024-07-01").line("a", "10", "2024-07-01", "2024-08-01")
    return book.line("a", "10", "2024-08-01", "2024-09-01").cost("cogs", "0", "2024-07-01")


def test_smoothed_lifetime_value() -> None:
    # July: openings of January to June 0 + 2 + 2 + 3 + 3 + 2 = 12, 1 left: 30 x 12. August: February to July 14.
    result = smoothed_book().count("2024-08-31")
    smoothed = "customer_lifetime_value_smoothed"
    assert figure(result, smoothed, "2024-07-01") == pytest.approx(360)
    assert figure(result, smoothed, "2024-08-01") == pytest.approx(420)
    # June has only five months before it
    assert figure(result, smoothed, "2024-06-01") is None
    # the third quarter to its last day so far, in August: February to July, its margin that of the quarter, 1
    assert figure(result, smoothed, "2024-07-01", "quarter") == pytest.approx(420)
    # the month itself is not in it: what happens in July changes August at the earliest
    book = smoothed_book()
    book.tables["subscriptions"][1]["ended_at"] = "2024-07-05"
    assert figure(book.count("2024-08-31"), smoothed, "2024-07-01") == pytest.approx(360)
    assert figure(book.count("2024-08-31"), smoothed, "2024-08-01") == pytest.approx(30 * 14 / 2)


def test_smoothed_lifetime_value_where_nobody_churned() -> None:
    book = smoothed_book()
    book.tables["subscriptions"][2]["ended_at"] = None
    assert figure(book.count("2024-08-31"), "customer_lifetime_value_smoothed", "2024-07-01") is None


def test_a_customer_of_the_six_months_before_makes_a_row() -> None:
    # c was German until it left and moved in June: in July Germany has no figure but those of earlier months
    book = smoothed_book()
    for row in book.tables["customers"]:
        row["country"] = "DE" if row["customer_id"] == "c" else "FR"
    book.add(
        "customer_attributes", {"customer_id": "c", "attribute": "country", "value": "DE", "valid_from": "2024-01-01"}
    )
    book.add(
        "customer_attributes", {"customer_id": "c", "attribute": "country", "value": "FR", "valid_from": "2024-06-01"}
    )
    result = book.count("2024-12-31")
    assert has_cell(result, "customer_lifespan_months", "2024-11-01", country="DE")  # May is one of the six before
    assert not has_cell(result, "customer_lifespan_months", "2024-12-01", country="DE")


def test_historic_lifetime_value() -> None:
    # a: 31 in January, b 29 in February and gone. By January (31 - 3)/1; by February (60 - 8)/2, by March the same.
    book = Book().sells("a.1", "31", "2024-01-01").sells("b.1", "29", "2024-02-01", "2024-03-01")
    book.line("a", "31", "2024-01-01", "2024-02-01").line("b", "29", "2024-02-01", "2024-03-01")
    book.cost("cogs", "3", "2024-01-31").cost("cogs", "5", "2024-02-29")
    result = book.count("2024-03-31")
    historic = "historic_customer_lifetime_value"
    assert exact(result, historic, "2024-01-01") == (28, 1)
    assert exact(result, historic, "2024-02-01") == (52, 2)
    assert exact(result, historic, "2024-03-01") == (52, 2)
    assert exact(result, historic, "2024-01-01", "quarter") == (52, 2)


def test_historic_lifetime_value_of_a_segment_looks_from_the_closing_day() -> None:
    # a moved from DE to FR in February and took all its revenue and its own costs along; the rest by revenue so far
    book = (
        Book()
        .customer("a", country="DE")
        .customer("b", country="DE")
        .sells("a.1", "1", "2024-01-01")
        .sells("b.1", "1", "2024-01-01")
    )
    book.add(
        "customer_attributes", {"customer_id": "a", "attribute": "country", "value": "DE", "valid_from": "2024-01-01"}
    )
    book.add(
        "customer_attributes", {"customer_id": "a", "attribute": "country", "value": "FR", "valid_from": "2024-02-10"}
    )
    book.line("a", "30", "2024-01-01", "2024-02-01").line("b", "10", "2024-01-01", "2024-02-01")
    book.cost("cogs", "4", "2024-01-05").cost("cogs", "1", "2024-01-05", customer_id="a")
    result = book.count("2024-02-29")
    historic = "historic_customer_lifetime_value"
    assert exact(result, historic, "2024-01-01", country="DE") == (35, 2)
    assert not has_cell(result, historic, "2024-01-01", country="FR")
    assert exact(result, historic, "2024-02-01", country="DE") == (9, 1)  # 10 - 4 x 10/40
    assert exact(result, historic, "2024-02-01", country="FR") == (26, 1)  # 30 - 3 - 1


def test_purchase_form() -> None:
    # February: 2 purchases by one buyer of 30 and 50, 1 of 4 left: 40 x (2 x 12) / 1 x (4 / 12) = 320
    book = worth_book().orders("a", "2024-02-03", amount="30").orders("a", "2024-02-04", amount="50")
    result = book.count("2024-02-29")
    assert exact(result, "average_purchase_value", "2024-02-01") == (80, 2)
    assert exact(result, "purchase_frequency", "2024-02-01") == (24, 1)
    assert figure(result, "customer_lifetime_value_purchases", "2024-02-01") == pytest.approx(320)
    assert figure(result, "customer_lifetime_value_purchases", "2024-01-01") is None
    # nobody could churn in January, and nobody bought then either
    assumed = book.count("2024-02-29", assumed_lifespan_years="2.5")
    assert figure(assumed, "customer_lifetime_value_purchases", "2024-01-01") is None
    assert figure(assumed, "customer_lifetime_value_purchases", "2024-02-01") == pytest.approx(320)


def test_purchase_form_without_churn_takes_the_years_assumed() -> None:
    book = Book().customer("a").orders("a", "2024-01-03", amount="30")
    assert figure(book.count("2024-01-31"), "customer_lifetime_value_purchases", "2024-01-01") is None
    result = book.count("2024-01-31", assumed_lifespan_years=2)
    assert figure(result, "customer_lifetime_value_purchases", "2024-01-01") == pytest.approx(30 * 12 * 2)


@pytest.mark.parametrize(
    ("ends", "as_of", "expected"),
    [
        # nobody left: S is 1 over the longest follow-up of three months
        ({}, "2024-04-30", 3),
        # one of two leaves at age 1: S(0) = 1, S(1) = S(2) = 1/2
        ({"b": "2024-02-10"}, "2024-04-30", 2),
        # it leaves in its first month: S(0) = 1/2 at once
        ({"b": "2024-01-20"}, "2024-04-30", 1.5),
        # it has not left yet on the as-of day
        ({"b": "2024-03-31"}, "2024-03-30", 2),
        ({"b": "2024-03-31"}, "2024-03-31", 2),  # event at age 2, beyond what is summed
        ({}, "2024-01-31", None),  # followed for no month
    ],
)
def test_survival_mean(ends: dict, as_of: str, expected: float | None) -> None:
    book = Book().sells("a.1", "10", "2024-01-01").sells("b.1", "10", "2024-01-05", ends.get("b"))
    result = book.count(as_of)
    assert figure(result, "customer_lifespan_months_survival", f"{as_of[:8]}01") == expected


def test_survival_mean_is_restricted_and_looks_no_further_than_the_close() -> None:
    book = Book().sells("a.1", "10", "2024-01-01").sells("b.1", "10", "2024-01-05", "2024-04-10")
    result = book.count("2024-06-30", lifespan_cap_months=4)
    survival = "customer_lifespan_months_survival"
    assert figure(result, survival, "2024-03-01") == 2  # b has not left by then
    assert figure(result, survival, "2024-05-01") == 3.5  # S(3) = 1/2
    assert figure(result, survival, "2024-06-01") == 3.5  # four months and no further


def test_survival_mean_takes_who_paid_before_history_in_late() -> None:
    # from February on: a enters at age 1, b (gone before) never, c at 0. c leaves at age 1 beside a: S(1) = 1/2.
    book = Book().sells("a.1", "10", "2024-01-10").sells("b.1", "10", "2024-01-01", "2024-01-20")
    book.sells("c.1", "10", "2024-02-01", "2024-03-15")
    result = book.count("2024-04-30", history_start="2024-02-01")
    # longest follow-up: a's three months. 1 + 1/2 + 1/2
    assert figure(result, "customer_lifespan_months_survival", "2024-04-01") == 2


# -- purchases and referrals -------------------------------------------------------------------------------------------


def test_purchases() -> None:
    # two orders of a day are one purchase; refunded ones and those of test customers are none
    book = (
        Book()
        .customer("a")
        .customer("b")
        .customer("t", is_test="true")
        .orders("a", "2024-01-03", "2024-01-03", "2024-01-31")
    )
    book.orders("b", "2024-01-05", is_refunded="true").orders("t", "2024-01-05").orders(
        "b", "2024-02-01T23:30:00-05:00"
    )
    result = book.count("2024-02-29")
    assert exact(result, "average_purchase_value", "2024-01-01") == (30, 2)
    assert exact(result, "purchase_frequency", "2024-01-01") == (24, 1)
    assert exact(result, "purchase_frequency", "2024-02-01") == (12, 1)
    assert exact(result, "purchase_frequency", "2024-01-01", "quarter") == (Decimal("18.2"), 2)  # 3 x 12/3 x 91/60


def test_purchases_of_an_open_period() -> None:
    # ten of the 29 days of February: 1 x 12 x 29 / 10; a third of a figure is rounded
    book = Book().customer("a").orders("a", "2024-02-03")
    assert exact(book.count("2024-02-10"), "purchase_frequency", "2024-02-01") == (Decimal("34.8"), 1)
    assert exact(book.count("2024-02-09"), "purchase_frequency", "2024-02-01")[0] == Decimal("38.6666666667")
    # nobody bought in January
    assert exact(book.count("2024-02-10"), "purchase_frequency", "2024-01-01") == (0, 0)
    assert figure(book.count("2024-02-10"), "average_purchase_value", "2024-01-01") is None


def test_purchases_by_segment() -> None:
    # bought as a German on the 3rd and as a French on the 20th: a purchase each, the buyer German
    book = Book().customer("a", country="DE").orders("a", "2024-01-03", "2024-01-20").rates("EUR", d20240101="2")
    book.add(
        "customer_attributes", {"customer_id": "a", "attribute": "country", "value": "DE", "valid_from": "2024-01-01"}
    )
    book.add(
        "customer_attributes", {"customer_id": "a", "attribute": "country", "value": "FR", "valid_from": "2024-01-10"}
    )
    book.orders("a", "2024-01-20", currency="EUR", amount="3")
    result = book.count("2024-01-31", reporting_currency="USD")
    assert exact(result, "purchase_frequency", "2024-01-01", country="DE") == (12, 1)
    assert exact(result, "purchase_frequency", "2024-01-01", country="FR") == (12, 0)
    assert exact(result, "average_purchase_value", "2024-01-01", country="FR") == (16, 1)


def test_referrals() -> None:
    # a refers twice: once; b does not pay at the close; t is a test customer, so d is not referred; c is named later
    book = (
        Book()
        .sells("a.1", "10", "2024-01-01")
        .sells("b.1", "10", "2024-01-01", "2024-02-20")
        .customer("t", is_test="true")
    )
    book.sells("c.1", "10", "2024-02-05").sells("d.1", "10", "2024-02-05")
    book.referral("a", None, "2024-02-01").referral("a", "x", "2024-02-29").referral("b", None, "2024-02-03")
    book.referral("t", "d", "2024-02-03").referral("a", "c", "2024-04-01")
    result = book.count("2024-04-30")
    assert exact(result, "referral_rate", "2024-01-01") == (0, 2)
    assert exact(result, "referral_rate", "2024-02-01") == (1, 3)
    assert figure(result, "referred_new_customers", "2024-02-01") == 1
    assert exact(result, "referred_new_customer_rate", "2024-02-01") == (1, 2)
    assert exact(result, "referred_new_customer_rate", "2024-03-01") == (0, 0)
    # on the day before, nobody knows that c was referred
    assert figure(book.count("2024-03-31"), "referred_new_customers", "2024-02-01") == 0


def test_referrals_follow_merges() -> None:
    # b, now a, referred d, now c
    book = Book().sells("a.1", "10", "2024-01-01").sells("c.1", "10", "2024-01-05").merge("b", "a").merge("d", "c")
    result = book.referral("b", "d", "2024-01-03").count("2024-01-31")
    assert exact(result, "referral_rate", "2024-01-01") == (1, 2)
    assert exact(result, "referred_new_customer_rate", "2024-01-01") == (1, 2)


def test_a_referral_of_two_by_two_counts_once() -> None:
    book = Book().sells("a.1", "10", "2024-01-01").sells("b.1", "10", "2024-01-01").sells("c.1", "10", "2024-01-05")
    book.referral("a", "c", "2024-01-03").referral("b", "c", "2024-01-03")
    result = book.count("2024-01-31")
    assert exact(result, "referral_rate", "2024-01-01") == (2, 3)
    assert figure(result, "referred_new_customers", "2024-01-01") == 1


# -- trials ------------------------------------------------------------------------------------------------------------


def test_trial_on_the_last_day_of_its_grace() -> None:
    # ends on 19 January; grace of 7 days: closed from the 26th on. Converted on the 26th: with grace, not strictly.
    book = Book().customer("a").trial("a", "2024-01-05", "2024-01-19", "2024-01-26T23:59:00Z")
    before, after = book.count("2024-01-25"), book.count("2024-01-26")
    assert exact(before, "trial_conversion_rate", "2024-01-01") == (0, 0)
    assert exact(after, "trial_conversion_rate", "2024-01-01") == (1, 1)
    assert exact(after, "trial_conversion_rate_strict", "2024-01-01") == (0, 1)
    assert exact(after, "trial_conversion_rate_ever", "2024-01-01") == (1, 1)
    assert exact(book.count("2024-01-26", trial_grace_days=6), "trial_conversion_rate", "2024-01-01") == (0, 1)
    assert exact(book.count("2024-01-19", trial_grace_days=0), "trial_conversion_rate", "2024-01-01") == (0, 1)


def test_a_trial_converted_early_waits_all_the_same() -> None:
    # paid on its second day; the trial of 31 January to 14 February is decided on the 21st
    book = Book().customer("a").trial("a", "2024-01-31", "2024-02-14", "2024-02-01")
    result = book.count("2024-02-20")
    assert exact(result, "trial_conversion_rate", "2024-01-01") == (0, 0)
    assert not is_complete(result, "trial_conversion_rate", "2024-01-01")
    assert is_complete(result, "trial_conversion_rate_of_ended", "2024-01-01")
    assert exact(book.count("2024-02-21"), "trial_conversion_rate_strict", "2024-01-01") == (1, 1)
    assert is_complete(book.count("2024-02-21"), "trial_conversion_rate", "2024-01-01")


def test_a_trial_converted_years_later() -> None:
    book = (
        Book()
        .customer("a")
        .trial("a", "2024-01-05", "2024-01-19", "2024-05-01")
        .customer("b")
        .trial("b", "2024-01-05", "2024-01-19")
    )
    result = book.count("2024-05-31")
    assert exact(result, "trial_conversion_rate", "2024-01-01") == (0, 2)
    assert exact(result, "trial_conversion_rate_ever", "2024-01-01") == (1, 2)
    # not known in April
    assert exact(book.count("2024-04-30"), "trial_conversion_rate_ever", "2024-01-01") == (0, 2)


def test_trials_that_ended() -> None:
    # January: one ended (a's, on the 31st). February: two converted (a, b), b's ended: 2 of 1, more than all
    book = Book().customer("a").customer("b").trial("a", "2024-01-05", "2024-01-31", "2024-02-02")
    book.trial("b", "2024-01-20", "2024-02-03", "2024-02-01").trial("a", "2024-02-20", "2024-03-05")
    result = book.count("2024-02-29")
    ended = "trial_conversion_rate_of_ended"
    assert exact(result, ended, "2024-01-01") == (0, 1)
    assert exact(result, ended, "2024-02-01") == (2, 1)
    # the third ends in March: not by the 4th
    assert exact(book.count("2024-03-04"), ended, "2024-03-01") == (0, 0)
    assert exact(book.count("2024-03-05"), ended, "2024-03-01") == (0, 1)


def test_trials_that_are_not_read() -> None:
    # of a test customer; begun after the as-of day: as if there were none
    book = Book().customer("a").customer("t", is_test="true").trial("t", "2024-01-05", "2024-01-06")
    book.trial("a", "2024-03-05", "2024-03-06")
    assert not has_cell(book.count("2024-02-29"), "trial_conversion_rate", "2024-01-01")
    result = book.trial("a", "2024-02-05", "2024-02-06").count("2024-02-29")
    assert exact(result, "trial_conversion_rate", "2024-01-01") == (0, 0)
    assert exact(result, "trial_conversion_rate", "2024-02-01") == (0, 1)
    assert is_complete(result, "trial_conversion_rate", "2024-02-01")


def test_trials_stand_where_their_customer_stood() -> None:
    # begun German, converted and ended French
    book = Book().customer("a", country="DE").trial("a", "2024-01-05", "2024-01-19", "2024-01-12")
    book.add(
        "customer_attributes", {"customer_id": "a", "attribute": "country", "value": "DE", "valid_from": "2024-01-01"}
    )
    book.add(
        "customer_attributes", {"customer_id": "a", "attribute": "country", "value": "FR", "valid_from": "2024-01-10"}
    )
    result = book.count("2024-01-31")
    assert exact(result, "trial_conversion_rate", "2024-01-01", country="DE") == (1, 1)
    assert exact(result, "trial_conversion_rate", "2024-01-01", country="FR") == (0, 0)
    assert exact(result, "trial_conversion_rate_of_ended", "2024-01-01", country="FR") == (1, 1)


def test_trials_of_subscriptions() -> None:
    # without a row in trials. a pays from the end of its trial; b's is free of charge for ever; c's status has not changed
    book = Book()
    for name, status in (("a", "active"), ("b", "active"), ("c", "trialing")):
        book.subscription(
            f"{name}.1", "2024-01-05", status=status, trial_start_at="2024-01-05", trial_end_at="2024-01-19"
        ).item(f"{name}.1/1", "0" if name == "b" else "10", "2024-01-05")
    result = book.count("2024-01-31")
    assert exact(result, "trial_conversion_rate", "2024-01-01") == (1, 3)
    assert exact(result, "trial_conversion_rate_strict", "2024-01-01") == (1, 3)
    # counted as MRR, a trial converts at once, by whomever it is paid later; c's too
    paid = book.count("2024-01-31", trial_counts_as_mrr=True)
    assert exact(paid, "trial_conversion_rate_of_ended", "2024-01-01") == (2, 3)
    # one row in trials, and the subscriptions are not asked
    book.trial("a", "2024-01-05", "2024-01-19")
    assert exact(book.count("2024-01-31"), "trial_conversion_rate", "2024-01-01") == (0, 1)


def test_a_trial_converts_with_its_own_subscription() -> None:
    # a pays for another one all the time
    book = Book().sells("a.1", "10", "2024-01-01")
    book.subscription("a.2", "2024-01-05", "2024-01-19", trial_start_at="2024-01-05", trial_end_at="2024-01-19").item(
        "a.2/1", "10", "2024-01-05"
    )
    assert exact(book.count("2024-01-31"), "trial_conversion_rate_ever", "2024-01-01") == (0, 1)


def test_a_subscription_that_starts_when_its_trial_ends() -> None:
    # the trial before it is one all the same: begun in January, converted on its last day
    book = (
        Book()
        .subscription("a.1", "2024-01-19", trial_start_at="2024-01-05", trial_end_at="2024-01-19")
        .item("a.1/1", "10", "2024-01-19")
    )
    assert exact(book.count("2024-01-31"), "trial_conversion_rate_strict", "2024-01-01") == (1, 1)


def test_a_trial_without_an_end_is_pending() -> None:
    book = (
        Book()
        .subscription("a.1", "2024-01-05", status="trialing", trial_start_at="2024-01-05")
        .item("a.1/1", "10", "2024-01-05")
    )
    result = book.count("2025-01-31")
    assert exact(result, "trial_conversion_rate", "2024-01-01") == (0, 0)
    assert not is_complete(result, "trial_conversion_rate", "2024-01-01")


# -- offers ------------------------------------------------------------------------------------------------------------


def test_offers() -> None:
    # decided: accepted, declined, expired; open and unsaid ones wait
    book = Book().customer("a").customer("b").offer("a", "2024-01-05", "accepted").offer("a", "2024-01-06", "declined")
    book.offer("b", "2024-01-07", "expired", "cross_sell").offer("b", "2024-01-08", "open", "cross_sell")
    book.offer("b", "2024-01-09", None, "cross_sell").offer("b", "2024-02-01", "accepted", "cross_sell")
    result = book.count("2024-02-29")
    assert exact(result, "offer_conversion_rate", "2024-01-01") == (1, 3)
    assert exact(result, "upsell_conversion_rate", "2024-01-01") == (1, 2)
    assert exact(result, "cross_sell_conversion_rate", "2024-01-01") == (0, 1)
    assert exact(result, "customer_offer_conversion_rate", "2024-01-01") == (1, 2)
    assert exact(result, "cross_sell_conversion_rate", "2024-02-01") == (1, 1)
    complete = {
        name: is_complete(result, name, "2024-01-01")
        for name in (
            "offer_conversion_rate",
            "upsell_conversion_rate",
            "cross_sell_conversion_rate",
            "customer_offer_conversion_rate",
        )
    }
    assert [*complete.values()] == [False, True, False, False]


def test_an_offer_answered_after_the_as_of_day_is_open() -> None:
    book = Book().customer("a").offer("a", "2024-01-05", "accepted", responded_at="2024-02-10T00:00:00Z")
    assert exact(book.count("2024-02-09"), "offer_conversion_rate", "2024-01-01") == (0, 0)
    assert exact(book.count("2024-02-10"), "offer_conversion_rate", "2024-01-01") == (1, 1)


def test_an_offer_sent_twice_is_one() -> None:
    book = Book().customer("a").offer("a", "2024-01-05", "declined").offer("a", "2024-01-05", "accepted")
    book.tables["offers"][1] |= {"offer_id": "offer 0", "updated_at": "2024-01-09"}
    assert exact(book.count("2024-01-31"), "offer_conversion_rate", "2024-01-01") == (1, 1)


def test_a_customer_with_offers_stands_where_its_first_decided_one_was() -> None:
    # an open one in German, a declined one in French, an accepted one in Italian: French, accepted
    book = Book().customer("a", country="DE").offer("a", "2024-01-05", None)
    for day, country in (("2024-01-01", "DE"), ("2024-01-10", "FR"), ("2024-01-20", "IT")):
        book.add(
            "customer_attributes", {"customer_id": "a", "attribute": "country", "value": country, "valid_from": day}
        )
    result = book.offer("a", "2024-01-20", "accepted").offer("a", "2024-01-19", "declined").count("2024-01-31")
    assert exact(result, "customer_offer_conversion_rate", "2024-01-01", country="FR") == (1, 1)
    assert exact(result, "offer_conversion_rate", "2024-01-01", country="FR") == (0, 1)
    assert exact(result, "offer_conversion_rate", "2024-01-01", country="IT") == (1, 1)
    assert exact(result, "customer_offer_conversion_rate", "2024-01-01", country="IT") == (0, 0)
    assert not has_cell(result, "offer_conversion_rate", "2024-01-01", country="DE")


# -- the team ----------------------------------------------------------------------------------------------------------


def test_team() -> None:
    # amy has a and b, bob c; d is nobody's; e does not pay, so carl is at work for nobody who pays; dora has no row
    book = Book().csm("amy").csm("bob", "0.5").csm("carl").csm("idle")
    for name, csm in (("a", "amy"), ("b", "amy"), ("c", "bob"), ("d", None), ("f", "dora")):
        book.sells(f"{name}.1", "10", "2024-01-01")
        if csm:
            book.assign(name, csm, "2024-01-01")
    book.customer("e").assign("e", "carl", "2024-01-01")
    result = book.touch("a", "2024-01-31").touch("d", "2024-01-05").touch("e", "2024-01-05").count("2024-01-31")
    assert exact(result, "accounts_per_csm", "2024-01-01") == (4, Decimal("2.5"))
    assert exact(result, "mrr_per_csm", "2024-01-01", csm="amy") == (20, 1)
    assert exact(result, "accounts_per_csm", "2024-01-01", csm="bob") == (1, Decimal("0.5"))
    assert exact(result, "accounts_per_csm", "2024-01-01", csm="carl") == (0, 1)
    assert exact(result, "accounts_per_csm", "2024-01-01", csm="dora") == (1, 0)
    assert figure(result, "accounts_per_csm", "2024-01-01", csm="dora") is None
    assert exact(result, "mrr_per_csm", "2024-01-01", csm="(unknown)") == (10, None)
    assert not has_cell(result, "accounts_per_csm", "2024-01-01", csm="idle")
    assert not has_cell(result, "accounts_per_csm", "2024-01-01", country="(unknown)")
    assert exact(result, "touches_per_account", "2024-01-01") == (3, 4)
    assert exact(result, "touches_per_account", "2024-01-01", csm="amy") == (1, 2)
    assert exact(result, "touches_per_account", "2024-01-01", csm="carl") == (1, 0)
    assert exact(result, "touches_per_account", "2024-01-01", csm="(unknown)") == (1, None)


def test_a_hand_over_on_the_last_day() -> None:
    # to bob on the 31st: his at the close; the touch of the 30th is amy's, whoever made it
    book = Book().csm("amy").csm("bob").sells("a.1", "10", "2024-01-01").assign("a", "amy", "2024-01-01", "2024-01-31")
    book.assign("a", "bob", "2024-01-31").touch("a", "2024-01-30", "bob").touch("a", "2024-01-31", "amy")
    result = book.count("2024-01-31")
    assert exact(result, "accounts_per_csm", "2024-01-01") == (1, 1)
    assert exact(result, "touches_per_account", "2024-01-01", csm="bob") == (1, 1)
    assert exact(result, "touches_per_account", "2024-01-01", csm="amy") == (1, 0)


def test_team_of_test_customers_and_of_later_days() -> None:
    # amy works for a test customer alone; bob begins tomorrow
    book = (
        Book()
        .csm("amy")
        .csm("bob")
        .customer("t", is_test="true")
        .assign("t", "amy", "2024-01-01")
        .touch("t", "2024-01-05")
    )
    book.sells("a.1", "10", "2024-01-01").assign("a", "bob", "2024-02-01").touch("a", "2024-02-01")
    result = book.count("2024-01-31")
    assert exact(result, "accounts_per_csm", "2024-01-01") == (0, 0)
    assert exact(result, "touches_per_account", "2024-01-01") == (0, 0)
    assert exact(result, "accounts_per_csm", "2024-01-01", csm="(unknown)") == (1, None)


def test_team_follows_merges() -> None:
    # b is a: its manager and its touch are a's
    book = (
        Book()
        .csm("amy")
        .sells("a.1", "10", "2024-01-01")
        .customer("b")
        .merge("b", "a")
        .assign("b", "amy", "2024-01-01")
    )
    result = book.touch("b", "2024-01-05").count("2024-01-31")
    assert exact(result, "accounts_per_csm", "2024-01-01", csm="amy") == (1, 1)
    assert exact(result, "touches_per_account", "2024-01-01", csm="amy") == (1, 1)


# -- the cast ----------------------------------------------------------------------------------------------------------

WORKED = [
    # metric, month, segment, value, numerator (value of a statistic), denominator: see tests/cast/README.md
    ("customer_acquisition_cost", "2023-03-01", "all", "all", "110", 4),
    ("customer_acquisition_cost", "2023-03-01", "acquisition_channel", "event", "110", 0),
    ("customer_acquisition_cost", "2023-04-01", "acquisition_channel", "search", "300", 2),
    ("customer_acquisition_cost_lagged", "2023-04-01", "all", "all", "110", 2),
    ("customer_acquisition_cost", "2023-05-01", "all", "all", "200", 2),
    ("customer_acquisition_cost", "2023-05-01", "acquisition_channel", "(unknown)", "200", 0),
    ("customer_acquisition_cost_lagged", "2023-05-01", "all", "all", "300", 2),
    ("customer_retention_cost_per_customer", "2023-05-01", "all", "all", "93", "16.5"),
    ("customer_retention_cost_per_retained_customer", "2023-05-01", "all", "all", "93", 15),
    ("customer_retention_cost", "2023-05-01", "country", "DE", "65", None),
    ("gross_margin_rate", "2023-01-01", "all", "all", "47.4342465753", "81.5342465753"),
    ("historic_customer_lifetime_value", "2023-01-01", "all", "all", "47.4342465753", 4),
    ("average_purchase_value", "2023-03-01", "all", "all", "155", 3),
    ("purchase_frequency", "2023-03-01", "all", "all", "36", 2),
    ("referral_rate", "2023-04-01", "all", "all", "1", 16),
    ("referral_rate", "2023-06-01", "all", "all", "1", 17),
    ("referred_new_customer_rate", "2023-05-01", "all", "all", "1", 2),
    ("offer_conversion_rate", "2023-03-01", "all", "all", "1", 2),
    ("upsell_conversion_rate", "2023-03-01", "all", "all", "1", 2),
    ("cross_sell_conversion_rate", "2023-05-01", "all", "all", "1", 2),
    ("offer_conversion_rate", "2024-06-01", "all", "all", "0", 0),
    ("trial_conversion_rate", "2023-04-01", "all", "all", "1", 2),
    ("trial_conversion_rate_strict", "2023-04-01", "all", "all", "1", 2),
    ("trial_conversion_rate", "2024-05-01", "all", "all", "0", 1),
    ("trial_conversion_rate", "2024-06-01", "all", "all", "0", 0),
    ("trial_conversion_rate_of_ended", "2023-04-01", "all", "all", "1", 1),
    ("trial_conversion_rate_of_ended", "2023-05-01", "all", "all", "0", 1),
    ("trial_conversion_rate_of_ended", "2024-06-01", "all", "all", "0", 1),
    ("accounts_per_csm", "2023-10-01", "all", "all", "2", "1.5"),
    ("accounts_per_csm", "2023-10-01", "csm", "bob", "1", "0.5"),
    ("accounts_per_csm", "2023-10-01", "csm", "(unknown)", "14", None),
    ("mrr_per_csm", "2023-10-01", "all", "all", "450", "1.5"),
    ("mrr_per_csm", "2023-10-01", "csm", "bob", "200", "0.5"),
    ("touches_per_account", "2023-10-01", "all", "all", "2", 2),
    ("touches_per_account", "2023-10-01", "csm", "amy", "0", 1),
    ("touches_per_account", "2023-10-01", "csm", "bob", "1", 1),
    ("touches_per_account", "2023-10-01", "csm", "(unknown)", "1", None),
]


@pytest.fixture(scope="module")
def cast() -> Result:
    return compute(CAST, variables=VARIABLES)


@pytest.mark.parametrize(("metric", "start", "segment", "value", "numerator", "denominator"), WORKED)
def test_cast(cast: Result, metric: str, start: str, segment: str, value: str, numerator: str, denominator) -> None:
    cell = cast.cell(metric, "month", start, segment, value)
    assert (cell.numerator, cell.denominator) == (
        Decimal(numerator),
        None if denominator is None else Decimal(denominator),
    )


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("customer_lifetime_value", 2526.3157894737),
        ("customer_lifespan_months", 20),
        ("customer_lifetime_value_smoothed", 6442.1052631579),
    ],
)
def test_cast_in_january(cast: Result, metric: str, expected: float) -> None:
    assert cast.cell(metric, "month", "2024-01-01").value == pytest.approx(expected)

"""The reference of the voice against answers, texts and reviews few enough to be worked by hand, in the comments."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import CAST, VARIABLES
from tests.oracle import METRICS, Result, compute
from tests.test_oracle_by_hand import Book

SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7), "loyalty": (0, 10), "acsi": (1, 10)}
OF_VOICE = {name for name, metric in METRICS.items() if metric.family == "voice"}
NPS = {
    "net_promoter_score",
    "net_promoter_score_by_account",
    "net_promoter_score_weighted_by_mrr",
    "promoter_share",
    "passive_share",
    "detractor_share",
    "nps_comment_share",
}
PRAISE, BLAME = "I love it, the support is wonderful!", "This is terrible, I hate it."
GERMAN = "Der Service war wirklich gut und die Antwort kam sehr schnell, vielen Dank dafür."


class Voices(Book):
    """Customers who answer and write."""

    def says(self, kind: str, score: Any, day: str | None = "2024-02-10", who: str = "a", **more: Any) -> Voices:
        """An answer, sent and delivered at the start of the month before unless said otherwise."""
        row = {"response_id": f"r{len(self.tables.get('survey_responses', [])):03}", "survey_type": kind}
        row |= {"scale_min": SCALES[kind][0], "scale_max": SCALES[kind][1], "score": score, "responded_at": day}
        row |= {"customer_id": who, "sent_at": "2024-01-01", "delivered_at": "2024-01-01"}
        return self.add("survey_responses", row | more)

    def feedback(self, day: str = "2024-02-10", who: str | None = "a", **more: Any) -> Voices:
        row = {"feedback_id": f"f{len(self.tables.get('feedback', [])):03}", "customer_id": who, "received_at": day}
        return self.add("feedback", row | {"channel": "review"} | more)

    def message(
        self, ticket: str, body: str, day: str = "2024-02-10", author: str = "customer", public: str = "yes"
    ) -> Voices:
        row = {"message_id": f"m{len(self.tables.get('ticket_messages', [])):03}", "ticket_id": ticket, "sent_at": day}
        return self.add("ticket_messages", row | {"author_type": author, "is_public": public, "body": body})

    def ticket(self, ticket: str, who: str | None = "a", day: str = "2024-01-01", **more: Any) -> Voices:
        row = {"ticket_id": ticket, "customer_id": who, "status": "open", "created_at": day, "created_by": "customer"}
        return self.add("tickets", row | more)


def voices(*payers: str) -> Voices:
    """Customers who pay 10 from 1 January 2024 on."""
    book = Voices()
    for name in payers or ("a",):
        book.sells(f"{name}.1", "10", "2024-01-01")
    return book


def parts(
    book: Book, metric: str, start: str = "2024-02-01", as_of: str = "2024-03-31", period: str = "month", **more: Any
) -> tuple:
    """Numerator and denominator; a segment as country="DE", anything else is a variable."""
    segment = next(
        (item for item in more.items() if item[0] in ("country", "plan", "csm", "survey_kind")), ("all", "all")
    )
    variables = {name: value for name, value in more.items() if name != segment[0]}
    cell = book.count(as_of, **variables).cell(metric, period, start, *segment)
    return cell.numerator, cell.denominator


def value(book: Book, metric: str, start: str = "2024-02-01", as_of: str = "2024-03-31", **more: Any) -> Any:
    return book.count(as_of, **more).cell(metric, "month", start).value


def metrics(result: Result) -> set[str]:
    return {key[0] for key in result.metrics} & OF_VOICE


def values_of(result: Result, segment: str, start: str = "2024-02-01") -> set[str]:
    """Values of a segment that have a row."""
    day = date.fromisoformat(start)
    return {key[4] for key in result.metrics if key[0] in OF_VOICE and key[1:4] == ("month", day, segment)}


# -- who would recommend ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([], (0, 0)),  # nobody
        ([10], (100, 1)),
        ([9], (100, 1)),
        ([8], (0, 1)),
        ([7], (0, 1)),
        ([6], (-100, 1)),
        ([0], (-100, 1)),
        ([10, 9, 8, 7, 6, 0], (0, 6)),  # two promoters, two detractors
        ([10, 10, 6], (100, 3)),
    ],
)
def test_classes(scores: list[int], expected: tuple) -> None:
    book = voices().says("csat", 3)
    for score in scores:
        book.says("nps", score)
    assert parts(book, "net_promoter_score") == expected


def test_shares_and_comments() -> None:
    # of 10, 8, 8, 3: 1/4, 2/4, 1/4; comments: one in German, one in English, a blank one, none
    book = (
        voices()
        .says("nps", 10, comment=GERMAN)
        .says("nps", 8, comment=" ")
        .says("nps", 8)
        .says("nps", 3, comment=BLAME)
    )
    found = [parts(book, name) for name in ("promoter_share", "passive_share", "detractor_share", "nps_comment_share")]
    assert found == [(1, 4), (2, 4), (1, 4), (2, 4)]


def test_answers_that_are_rejected() -> None:
    broken = [
        (11, {}, "score_off_scale"),
        (-1, {}, "score_off_scale"),
        ("8.5", {}, "score_off_scale"),
        (9, {"scale_min": 1}, "nps_scale"),
        (4, {"scale_max": 5}, "nps_scale"),
        (3, {"scale_min": 10, "scale_max": 0}, "scale_out_of_order"),  # before nps_scale
        (3, {"survey_type": "poll"}, "unknown_survey_type"),
        (3, {"survey_type": "csat", "scale_min": 0, "scale_max": 5}, "csat_scale"),
        (3, {"survey_type": "acsi", "scale_min": 1, "question": "joy"}, "unknown_question"),
        (3, {"survey_type": "ces", "direction": "up"}, "unknown_direction"),
        (3, {"responded_at": None}, "answer_without_time"),
        (3, {"responded_at": "2023-12-31"}, "answer_before_sent"),
        (None, {"responded_at": "2023-12-31"}, "answer_before_sent"),
        ("x", {}, "unparseable_number"),
        (3, {"scale_min": None}, "missing_value"),
    ]
    book = voices()
    for score, more, _ in broken:
        book.says("nps", score, **more)
    result = book.count("2024-03-31")
    found = {key: rule for table, key, rule, _ in result.rejected if table == "survey_responses"}
    assert found == {f"r{number:03}": rule for number, (_, _, rule) in enumerate(broken)}
    assert (result.counts["survey_responses"].rejected, result.counts["survey_responses"].staged) == (15, 0)


def test_answers_that_look_odd_and_are_not() -> None:
    # 1e1 is 10; 0 to 10.0 is 0 to 10; another case; a direction where nobody asks for one; a question of no ACSI
    book = voices().says("nps", "1e1").says("nps", "9.0", scale_max="10.0", survey_type="NPS")
    book.says("nps", 10, direction="up", question="joy")
    assert parts(book, "net_promoter_score") == (300, 3)


def test_an_unknown_customer_is_kept_and_stands_under_unknown() -> None:
    book = voices().customer("a2", country="DE").says("nps", 10, who="ghost").says("nps", 0, who="a2")
    result = book.count("2024-03-31")
    assert ("survey_responses", "r000", "unknown_customer", True) in result.rejected
    assert parts(book, "net_promoter_score") == (0, 2)
    assert parts(book, "net_promoter_score", country="(unknown)") == (100, 1)
    assert parts(book, "net_promoter_score", country="DE") == (-100, 1)
    assert parts(book, "net_promoter_score_weighted_by_mrr") == (0, 0)  # neither pays


def test_test_customers_say_nothing() -> None:
    book = voices().customer("t", is_test="yes").says("nps", 0, who="t").says("nps", 10)
    book.feedback(who="t", rating=1, sentiment_label="negative").ticket("x", "t").message("x", BLAME)
    assert parts(book, "net_promoter_score") == (100, 1)
    assert parts(book, "net_sentiment") == (0, 0)
    assert parts(book, "review_rating") == (0, 0)


def test_merged_customers_are_one_account() -> None:
    # a and b answer 10 and 0; merged on 1 March they are one account of 0, as of any later day, and two before
    book = voices("a", "b").says("nps", 10).says("nps", 0, who="b")
    book.add("customer_merges", {"from_customer_id": "b", "into_customer_id": "a", "merged_at": "2024-03-01"})
    assert parts(book, "net_promoter_score_by_account") == (0, 1)
    assert parts(book, "net_promoter_score_by_account", as_of="2024-02-29") == (0, 2)


def test_day_of_the_answer() -> None:
    # 29 February at 23:30 in New York is 1 March in UTC; a date without a time is a local day anywhere
    book = voices().says("nps", 10, "2024-02-29T23:30:00-05:00").says("nps", 0, "2024-02-29")
    assert parts(book, "net_promoter_score") == (-100, 1)
    assert parts(book, "net_promoter_score", "2024-03-01") == (100, 1)
    assert parts(book, "net_promoter_score", reporting_timezone="America/New_York") == (0, 2)


def test_daylight_saving_moves_no_answer() -> None:
    # Berlin, 31 March 2024: 21:59 UTC is 23:59 in summer time; 22:00 UTC is 1 April
    book = voices().says("nps", 10, "2024-03-31T21:59:00Z").says("nps", 0, "2024-03-31T22:00:00Z")
    zone = {"reporting_timezone": "Europe/Berlin", "as_of": "2024-04-30"}
    assert parts(book, "net_promoter_score", "2024-03-01", **zone) == (100, 1)
    assert parts(book, "net_promoter_score", "2024-04-01", **zone) == (-100, 1)


def test_a_leap_day() -> None:
    book = voices().says("nps", 10, "2024-02-29")
    assert parts(book, "net_promoter_score", as_of="2024-02-28") == (0, 0)
    assert parts(book, "net_promoter_score", as_of="2024-02-29") == (100, 1)


def test_longer_periods() -> None:
    # January 10, February 0, March 8: quarter 0 of 3, year the same; trailing years begin once twelve months are there
    book = voices().says("nps", 10, "2024-01-31").says("nps", 0).says("nps", 8, "2024-03-01")
    assert parts(book, "net_promoter_score", "2024-01-01", period="quarter") == (0, 3)
    assert parts(book, "net_promoter_score", "2024-01-01", period="year") == (0, 3)
    assert parts(book, "net_promoter_score", "2024-01-01", "2024-12-31", "trailing_year") == (0, 3)
    fiscal = {"fiscal_year_start_month": 2, "period": "quarter"}
    assert parts(book, "net_promoter_score", "2024-02-01", **fiscal) == (-100, 2)


def test_history_starts_within_a_month() -> None:
    book = voices().says("nps", 10, "2024-02-09").says("nps", 0, "2024-02-10")
    assert parts(book, "net_promoter_score", history_start="2024-02-10") == (-100, 1)


def test_one_vote_an_account() -> None:
    # a: 10, 10, 8 = 200 / 3, rounded; b: 0
    book = voices("a", "b").says("nps", 10).says("nps", 10).says("nps", 8).says("nps", 0, who="b")
    assert parts(book, "net_promoter_score_by_account") == (Decimal("-33.3333333333"), 2)
    cell = book.count("2024-03-31").cell("net_promoter_score_by_account", "month", "2024-02-01")
    assert sorted(cell.values) == [-100, Decimal("66.6666666667")]


def test_an_account_stands_where_its_last_answer_stands() -> None:
    # basic until 14 February, pro from the 15th: 0 under basic, 10 under pro. The account, with both, under pro alone.
    book = Voices().subscription("a.1", "2024-01-01").item("a.1/1", "10", "2024-01-01", "2024-02-15")
    book.item("a.1/2", "30", "2024-02-15", plan_id="pro").says("nps", 0, "2024-02-14").says("nps", 10, "2024-02-15")
    assert parts(book, "net_promoter_score", plan="basic") == (-100, 1)
    assert parts(book, "net_promoter_score_by_account", plan="basic") == (0, 0)
    assert parts(book, "net_promoter_score_by_account", plan="pro") == (0, 1)
    assert parts(book, "net_promoter_score_weighted_by_mrr", plan="pro") == (0, 30)


def test_answers_of_one_instant_are_ordered_by_their_id() -> None:
    # the greater id is the last
    book = voices().says("csat", 1, ticket_id="t").says("csat", 5, ticket_id="t")
    assert parts(book, "customer_satisfaction_score") == (1, 1)
    turned = voices().says("csat", 1, ticket_id="t", response_id="b").says("csat", 5, ticket_id="t", response_id="B")
    assert parts(turned, "customer_satisfaction_score") == (0, 1)  # b comes after B


def test_kinds_of_surveys() -> None:
    # a: relationship 10 and 0, transactional 0; b: none given, 9
    book = voices("a", "b").says("nps", 10, survey_kind="relationship").says("nps", 0, survey_kind="relationship")
    book.says("nps", 0, survey_kind="transactional").says("nps", 9, who="b").says("csat", 5, survey_kind="relationship")
    assert parts(book, "net_promoter_score", survey_kind="relationship") == (0, 2)
    assert parts(book, "net_promoter_score_by_account", survey_kind="relationship") == (0, 1)
    assert parts(book, "net_promoter_score_by_account", survey_kind="transactional") == (-100, 1)
    assert parts(book, "net_promoter_score_weighted_by_mrr", survey_kind="transactional") == (-1000, 10)
    assert parts(book, "net_promoter_score_by_account", survey_kind="(unknown)") == (100, 1)
    result = book.count("2024-03-31")
    assert {key[0] for key in result.metrics if key[3] == "survey_kind"} == NPS
    assert values_of(result, "survey_kind") == {"relationship", "transactional", "(unknown)"}
    assert values_of(result, "survey_kind", "2024-03-01") == set()


def test_weight_of_another_currency() -> None:
    # 100 EUR at 1.1 until 10 February, at 1.2 from the 11th on: 10 answered on the 10th weighs 110, 0 on the 11th 120
    book = Voices().rates("EUR", d20240101="1.1", d20240211="1.2")
    book.sells("a.1", "100", "2024-01-01", currency="EUR").sells("b.1", "100", "2024-01-01", currency="EUR")
    book.says("nps", 10).says("nps", 0, "2024-02-11", who="b")
    assert parts(book, "net_promoter_score_weighted_by_mrr", reporting_currency="USD") == (110 * 100 - 120 * 100, 230)


def test_weight_is_the_end_of_the_day() -> None:
    # leaves on the 11th: the answer of the 10th weighs 10, that of the 11th nothing
    book = Voices().sells("a.1", "10", "2024-01-01", "2024-02-11").says("nps", 0)
    assert parts(book, "net_promoter_score_weighted_by_mrr") == (-1000, 10)
    assert parts(book.says("nps", 0, "2024-02-11"), "net_promoter_score_weighted_by_mrr") == (0, 0)


# -- satisfaction ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "satisfied", "not_satisfied"),
    [
        *(((1, 2), 2, 1), ((1, 3), 3, 2), ((1, 4), 3, 2), ((1, 5), 4, 3)),
        *(((1, 7), 6, 5), ((1, 10), 9, 8), ((0, 10), 9, 8)),
    ],
)
def test_satisfied_from(scale: tuple, satisfied: int, not_satisfied: int) -> None:
    low, high = scale
    book = voices().says("csat", satisfied, scale_min=low, scale_max=high)
    book.says("csat", not_satisfied, scale_min=low, scale_max=high)
    assert parts(book, "customer_satisfaction_score") == (1, 2)


def test_scales_are_pooled_only_where_put_on_one() -> None:
    # 4 of 1-5 is 75, 2 of 1-4 a third; the mean reads 1-5 alone
    book = voices().says("csat", 4).says("csat", 2, scale_max=4)
    assert parts(book, "customer_satisfaction_mean") == (4, 1)
    assert parts(book, "customer_satisfaction_normalised_mean") == (Decimal("108.3333333333"), 2)


def test_last_answer_of_a_ticket() -> None:
    # one ticket: 1 in January, 5 then 2 in February; another: 5; without a ticket twice 4
    book = voices().says("csat", 1, "2024-01-31", ticket_id="t").says("csat", 5, ticket_id="t")
    book.says("csat", 2, "2024-02-20", ticket_id="t").says("csat", 5, ticket_id="u").says("csat", 4).says("csat", 4)
    assert parts(book, "customer_satisfaction_score", "2024-01-01") == (0, 1)
    assert parts(book, "customer_satisfaction_score") == (3, 4)
    assert parts(book, "customer_satisfaction_score", "2024-01-01", period="year") == (3, 4)
    assert parts(book, "customer_satisfaction_score", as_of="2024-02-19") == (4, 4)  # the 2 has not come
    assert parts(book, "customer_satisfaction_mean") == (15, 4)


def test_a_ticket_answered_under_two_plans() -> None:
    # 5 under basic, later 1 under pro: basic has no answer
    book = Voices().subscription("a.1", "2024-01-01").item("a.1/1", "10", "2024-01-01", "2024-02-15")
    book.item("a.1/2", "30", "2024-02-15", plan_id="pro")
    book.says("csat", 5, "2024-02-14", ticket_id="t").says("csat", 1, "2024-02-15", ticket_id="t")
    assert parts(book, "customer_satisfaction_score", plan="pro") == (0, 1)
    # basic has nothing that counts: nobody pays for it at the close
    assert "basic" not in values_of(book.count("2024-03-31"), "plan")


# -- effort ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("score", "more", "ease", "effort"),
    [
        (7, {}, 7, "0"),
        (1, {}, 1, "100"),
        (4, {"direction": "ease"}, 4, "50"),
        (1, {"direction": "effort"}, 7, "0"),
        (2, {"direction": "Effort"}, 6, "16.6666666667"),
        (3, {}, 3, "66.6666666667"),
        (5, {"scale_max": 5}, None, "0"),
        (2, {"scale_max": 5}, None, "75"),
        (10, {"scale_min": 0, "scale_max": 10, "direction": "effort"}, None, "100"),
    ],
)
def test_effort_of_an_answer(score: int, more: dict, ease: int | None, effort: str) -> None:
    book = voices().says("ces", score, **more)
    assert parts(book, "customer_effort_score") == ((0, 0) if ease is None else (ease, 1))
    positive = (0, 0) if ease is None else (int(ease >= 5), 1)
    assert parts(book, "customer_effort_score_positive_share") == positive
    assert parts(book, "customer_effort_index") == (Decimal(effort), 1)


def test_effort_against_the_month_before() -> None:
    # v1: January 50 and 100 = 75, February 50. v2 only in January, v3 only in February.
    book = (
        voices().says("ces", 4, "2024-01-31", question_version="v1").says("ces", 1, "2024-01-31", question_version="v1")
    )
    book.says("ces", 7, "2024-01-31", question_version="v2").says("ces", 4, question_version="v1")
    book.says("ces", 1, question_version="v3")
    assert value(book, "customer_effort_trend") == -25
    assert value(book, "customer_effort_reduction_rate") == pytest.approx(1 / 3)
    assert value(book, "customer_effort_trend", "2024-01-01") is None  # nothing before it
    assert value(book, "customer_effort_trend", "2024-03-01") is None  # nothing in it
    assert value(book, "customer_effort_index") == 75


def test_effort_without_a_version() -> None:
    book = voices().says("ces", 4, "2024-01-31").says("ces", 1)
    assert value(book, "customer_effort_trend") == 50
    assert value(book, "customer_effort_reduction_rate") == -1


def test_no_effort_cannot_be_reduced() -> None:
    book = voices().says("ces", 7, "2024-01-31").says("ces", 4)
    assert value(book, "customer_effort_trend") == 50
    assert value(book, "customer_effort_reduction_rate") is None


def test_effort_against_the_year_before() -> None:
    # trailing years that end with January 2024 and January 2025: 50 and 0
    book = Voices().sells("a.1", "10", "2023-02-01").says("ces", 4, "2023-02-10", sent_at="2023-02-01")
    book.says("ces", 7, "2025-01-10")
    trend = "customer_effort_trend"
    result = book.count("2025-01-31")
    assert result.cell(trend, "trailing_year", "2024-02-01").value == -50
    assert result.cell(trend, "trailing_year", "2024-01-01").value is None
    assert result.cell(trend, "year", "2024-01-01").value is None
    assert result.cell(trend, "quarter", "2025-01-01").value is None


def test_effort_is_compared_within_a_segment() -> None:
    # a in Germany in January, b in France in February: all compares them, no country does
    book = voices("c").customer("a", country="DE").customer("b", country="FR")
    book.says("ces", 4, "2024-01-31").says("ces", 7, who="b")
    result = book.count("2024-03-31")
    assert result.cell("customer_effort_trend", "month", "2024-02-01").value == -50
    assert result.cell("customer_effort_trend", "month", "2024-02-01", "country", "FR").value is None
    assert values_of(result, "country") == {"FR", "(unknown)"}  # what was answered before makes no row


# -- composites --------------------------------------------------------------------------------------------------------


def test_index_of_satisfaction() -> None:
    # CSAT 75, ease 50, NPS 100 (100), texts -100 (0): 225 / 4; then without one after the other
    book = voices().says("csat", 4).says("ces", 4).says("nps", 9).feedback(sentiment_label="negative")
    assert value(book, "customer_satisfaction_index") == 56.25
    del book.tables["feedback"]
    assert value(book, "customer_satisfaction_index") == 75
    book.tables["survey_responses"].pop()
    assert value(book, "customer_satisfaction_index") == 62.5
    book.tables["survey_responses"].pop(0)
    assert value(book, "customer_satisfaction_index") == 50
    assert value(book, "customer_satisfaction_index", "2024-01-01") is None


def test_weights_of_the_index(tmp_path: Any) -> None:
    # ease three times as heavy: (75 + 3 x 50) / 4; a component without weight is as good as none
    weights = "component,weight\ncustomer_satisfaction,1\nease,3\nnet_promoter_score,0\n"
    (tmp_path / "csi_weights.csv").write_text(weights)
    book = voices().says("csat", 4).says("ces", 4).says("nps", 9).says("nps", 9, "2024-01-10")
    assert value(book, "customer_satisfaction_index", seeds=str(tmp_path)) == 56.25
    assert value(book, "customer_satisfaction_index", "2024-01-01", seeds=str(tmp_path)) is None


def test_acsi() -> None:
    # 8 and 9, 7, 9: means 8.5, 7, 9: (7.5 + 6 + 8) / 27
    book = voices().says("acsi", 8, question="satisfaction").says("acsi", 9, question="Satisfaction")
    book.says("acsi", 7, question="expectation").says("acsi", 9, question="performance")
    book.says("acsi", 1).says("acsi", 1, question="performance", scale_max=5)  # no question; another scale
    assert value(book, "customer_satisfaction_index_acsi") == pytest.approx(2150 / 27)
    for position, name in enumerate(("satisfaction", "expectation", "performance")):
        other = voices()
        for question in ("satisfaction", "expectation", "performance"):
            other.says("acsi", 8, "2024-01-15" if question == name else "2024-02-10", question=question)
        assert value(other, "customer_satisfaction_index_acsi") is None, position


def test_loyalty_said() -> None:
    # 6, 7, 8 of 0-10, 4 of 1-7 = 5, 2 of 1-4 = 3.3333333333
    book = voices().says("loyalty", 6).says("loyalty", 7).says("loyalty", 8)
    assert parts(book, "customer_loyalty_index") == (21, 3)
    book.says("loyalty", 4, scale_min=1, scale_max=7).says("loyalty", 2, scale_min=1, scale_max=4)
    assert parts(book, "customer_loyalty_index") == (Decimal("29.3333333333"), 5)


# -- loyal acts --------------------------------------------------------------------------------------------------------


def others(book: Book) -> Book:
    """Rows of a customer who pays nothing, so that no table of loyalty is empty."""
    book.customer("z").orders("z", "2024-01-01")
    book.add("referrals", {"referral_id": "z", "referrer_customer_id": "z", "referred_at": "2024-01-01"})
    return book.add("loyalty_events", {"customer_id": "z", "event_name": "visit", "occurred_at": "2024-01-01"})


@pytest.mark.parametrize(
    ("start", "close", "months"),
    [
        ("2024-02-10", "2024-02-29", 0),
        ("2024-01-29", "2024-02-29", 1),
        ("2024-01-30", "2024-02-29", 1),  # clamped to the end of February
        ("2024-01-31", "2024-02-29", 1),
        ("2023-02-28", "2024-02-29", 12),
        ("2024-02-29", "2025-02-28", 12),
        ("2024-02-29", "2025-01-31", 11),
        ("2021-03-01", "2024-02-29", 35),
        ("2021-02-28", "2024-02-29", 36),
        ("2019-01-01", "2024-02-29", 36),  # no more than three years
    ],
)
def test_tenure(start: str, close: str, months: int) -> None:
    # tenure alone: all tables are missing, its weight is all
    book = Voices().sells("a.1", "10", start)
    month = f"{close[:7]}-01"
    expected = round(Decimal(100 * months) / 36, 10)
    assert parts(book, "customer_loyalty_score", month, close) == (expected, 1)


def test_tenure_begins_with_the_first_payment_and_outlasts_a_gap() -> None:
    # away from April to June 2023: since 1 March 2023: 11 whole months on 29 February 2024
    book = Voices().sells("a.1", "10", "2023-03-01", "2023-04-01").sells("a.2", "10", "2023-07-01")
    assert parts(book, "customer_loyalty_score", as_of="2024-02-29") == (Decimal("30.5555555556"), 1)


@pytest.mark.parametrize(
    ("days", "points"),
    [
        ([], 0),
        (["2024-02-29"], 15),
        (["2024-02-29", "2024-02-29"], 15),  # one day
        (["2024-02-28", "2024-02-29"], 30),
        (["2023-03-01", "2024-02-29"], 30),  # 28 February 2023 is twelve months back, and out
        (["2023-02-28", "2024-02-29"], 15),
        (["2024-03-01", "2024-02-29"], 15),  # after the close
        (["2024-01-01", "2024-01-02", "2024-01-03"], 30),
    ],
)
def test_purchases(days: list[str], points: int) -> None:
    # first paid in February, so no tenure; 30 of 100
    book = others(Voices().sells("a.1", "10", "2024-02-10")).orders("a", *days)
    assert parts(book, "customer_loyalty_score") == (points, 1)


def test_refunded_purchases_are_none() -> None:
    book = others(Voices().sells("a.1", "10", "2024-02-10")).orders("a", "2024-02-20", is_refunded="yes")
    assert parts(book, "customer_loyalty_score") == (0, 1)


@pytest.mark.parametrize(
    ("days", "points"),
    [(["2024-02-29"], 20), (["2024-02-29"] * 3, 20), (["2023-03-01"], 20), (["2023-02-28"], 0), (["2024-03-01"], 0)],
)
def test_referrals(days: list[str], points: int) -> None:
    book = others(Voices().sells("a.1", "10", "2024-02-10"))
    for number, day in enumerate(days):
        book.add("referrals", {"referral_id": number, "referrer_customer_id": "a", "referred_at": day})
    assert parts(book, "customer_loyalty_score") == (points, 1)


@pytest.mark.parametrize(
    ("days", "points"),
    [
        (["2024-02-29"], 4),
        (["2023-12-02"], 4),  # 1 December is 90 days before 29 February, and out
        (["2023-12-01"], 0),
        (["2024-03-01"], 0),
        ([f"2024-02-{day}" for day in (10, 11, 12, 13, 14)], 20),
        ([f"2024-02-{day}" for day in (10, 11, 12, 13, 14, 15, 16)], 20),  # five are enough
        (["2024-02-10", "2024-02-10"], 4),  # equal rows are one
    ],
)
def test_programme(days: list[str], points: int) -> None:
    book = others(Voices().sells("a.1", "10", "2024-02-10"))
    for day in days:
        book.add("loyalty_events", {"customer_id": "a", "event_name": "visit", "occurred_at": day})
    assert parts(book, "customer_loyalty_score") == (points, 1)


def test_loyalty_asks_who_pays_at_the_close() -> None:
    # a pays, b left, c is on a free plan, d pauses: a alone; one whole month of 36
    book = voices("a").sells("b.1", "10", "2024-01-01", "2024-02-29").sells("c.1", "0", "2024-01-01")
    book.sells("d.1", "10", "2024-01-01").pause("d.1", "2024-02-20")
    assert parts(book, "customer_loyalty_score") == (Decimal("2.7777777778"), 1)
    assert parts(book, "customer_loyalty_score", plan="basic") == (Decimal("2.7777777778"), 1)
    assert parts(Voices().customer("n"), "customer_loyalty_score", "2024-01-01", "2024-01-31") == (0, 0)


# -- moods -------------------------------------------------------------------------------------------------------------


def test_labels_of_the_source_lead() -> None:
    # the words say one thing, the label another
    book = voices().feedback(text=PRAISE, sentiment_label="Negative").feedback(text=BLAME, sentiment_label="neutral")
    assert parts(book, "net_sentiment") == (-100, 2)
    assert parts(book, "net_sentiment_excluding_neutral") == (-100, 1)
    assert parts(book, "sentiment_polarity") == (-1, 2)


def test_words_are_scored() -> None:
    from nlp.text_sentiment import sentiment_of

    plain = "We use the export on the first day of every month."
    book = (
        voices()
        .feedback(text=PRAISE)
        .feedback(text=BLAME)
        .feedback(text=plain)
        .feedback(text=GERMAN)
        .feedback(text=":-)")
    )
    assert parts(book, "net_sentiment") == (0, 3)
    assert parts(book, "net_sentiment_excluding_neutral") == (0, 2)
    scores = [Decimal(str(sentiment_of(text)[1])) for text in (PRAISE, BLAME, plain)]
    assert scores[0] > 0 > scores[1] and sentiment_of(GERMAN)[1] is None
    assert parts(book, "sentiment_polarity") == (sum(scores), 3)


def test_threshold() -> None:
    from nlp.text_sentiment import sentiment_of

    polarity = sentiment_of(PRAISE)[1]
    book = voices().feedback(text=PRAISE)
    assert parts(book, "net_sentiment", sentiment_threshold=polarity) == (100, 1)  # from it on
    assert parts(book, "net_sentiment", sentiment_threshold=polarity + 0.0001) == (0, 1)
    assert parts(book, "sentiment_polarity", sentiment_threshold=1) == (Decimal(str(polarity)), 1)


def test_what_is_a_text() -> None:
    # comments of answers, and of surveys sent back without a score; not of one that was never sent back
    book = voices().says("ces", 4, comment=PRAISE).says("csat", None, comment=PRAISE)
    book.says("nps", None, None, comment=PRAISE).says("nps", 9, "2024-03-15", comment=PRAISE).says(
        "nps", 9, comment="  "
    )
    assert parts(book, "net_sentiment") == (200, 2)
    assert parts(book, "net_sentiment", "2024-03-01") == (100, 1)
    assert parts(book, "net_sentiment", "2024-03-01", as_of="2024-03-14") == (0, 0)
    # a review without words or label is no text
    assert parts(book.feedback(rating=5), "net_sentiment") == (200, 2)


def test_messages_of_tickets() -> None:
    # one of a customer counts; not an agent's, a bot's, an internal one, of spam, of a ticket merged into another
    book = (
        voices().ticket("t").message("t", PRAISE).message("t", BLAME, author="agent").message("t", BLAME, author="bot")
    )
    book.message("t", BLAME, public="no").ticket("spam", is_spam="yes").message("spam", BLAME)
    book.ticket("twice", merged_into_ticket_id="t").message("twice", BLAME)
    book.ticket("own", merged_into_ticket_id="own").message("own", PRAISE, author="Customer").message("nowhere", BLAME)
    book.message("t", BLAME, "2024-04-01").message("t", "")
    assert parts(book, "net_sentiment") == (200, 2)
    assert parts(book, "net_sentiment", "2024-03-01") == (0, 0)


def test_a_ticket_of_nobody() -> None:
    book = (
        voices()
        .customer("b", country="DE")
        .ticket("t", None)
        .message("t", PRAISE)
        .feedback(who="b", sentiment_label="positive")
    )
    assert parts(book, "net_sentiment") == (200, 2)
    assert parts(book, "net_sentiment", country="(unknown)") == (100, 1)
    assert parts(book, "net_sentiment", country="DE") == (100, 1)


def test_a_text_stands_where_its_customer_stood_on_its_day() -> None:
    book = voices().add("csm_assignments", {"customer_id": "a", "csm_id": "amy", "assigned_from": "2024-02-11"})
    book.feedback("2024-02-10", sentiment_label="positive").feedback("2024-02-11", sentiment_label="negative")
    assert parts(book, "net_sentiment", csm="(unknown)") == (100, 1)
    assert parts(book, "net_sentiment", csm="amy") == (-100, 1)


# -- whom do we hear from -----------------------------------------------------------------------------------------------


def test_reviews() -> None:
    # 4 of 1-5 = 75; 7 of 1-10 = 66.6666666667; 3 of 0-5 = 60; of nobody counts; an interview and one without a rating do not
    book = voices().feedback(rating=4).feedback(rating=7, rating_max=10).feedback(who=None, rating=3, rating_min=0)
    book.feedback(rating=1, channel="interview").feedback(text=PRAISE).feedback("2024-04-01", rating=1)
    assert parts(book, "review_rating") == (Decimal("201.6666666667"), 3)
    assert parts(book, "review_rating", country="(unknown)") == (Decimal("201.6666666667"), 3)


def test_feedback_that_is_rejected() -> None:
    book = voices()
    for more in (
        {"channel": "letter"},
        {"rating": 6},
        {"rating": 0},
        {"rating": 3, "rating_min": 5},
        {"rating_min": 7},  # above the upper bound, 5, though nothing was rated
        {"sentiment_label": "angry"},
        {"sentiment_label": "angry", "rating": 9},
        {"channel": None},
    ):
        book.feedback(**more)
    book.feedback(rating="4.5", channel="Review").feedback(who="ghost", rating=5)
    result = book.count("2024-03-31")
    found = [(key, rule) for table, key, rule, _ in result.rejected if table == "feedback"]
    assert found == [
        ("f000", "unknown_channel"),
        *((f"f00{number}", "rating_off_scale") for number in (1, 2, 3, 4)),
        ("f005", "unknown_label"),
        ("f006", "rating_off_scale"),
        ("f007", "missing_value"),
        ("f009", "unknown_customer"),
    ]
    assert parts(book, "review_rating") == (Decimal("187.5"), 2)


def test_coverage() -> None:
    # a answers, b writes without a word that counts, c answered in January, d only opened a ticket, e left, f never paid
    book = voices("a", "b", "c", "d").sells("e.1", "10", "2024-01-01", "2024-02-20").customer("f")
    book.says("loyalty", 3).feedback(who="b", channel="other").says("nps", 3, "2024-01-31", who="c")
    book.ticket("t", "d").message("t", PRAISE).says("nps", 3, who="e").feedback(who="f", rating=3).feedback(who=None)
    book.says("nps", None, who="d", comment=PRAISE)  # sent back without a score: no answer
    assert parts(book, "feedback_coverage_rate") == (2, 4)
    assert parts(book, "feedback_coverage_rate", plan="basic") == (2, 4)
    assert parts(book, "feedback_coverage_rate", "2024-01-01") == (1, 5)


def test_coverage_stands_under_the_closing_day() -> None:
    book = Voices().subscription("a.1", "2024-01-01").item("a.1/1", "10", "2024-01-01", "2024-02-15")
    book.item("a.1/2", "30", "2024-02-15", plan_id="pro").feedback("2024-02-10")
    assert parts(book, "feedback_coverage_rate", plan="pro") == (1, 1)
    assert "basic" not in values_of(book.count("2024-03-31"), "plan")  # feedback that is no part of a metric there


# -- who answers -------------------------------------------------------------------------------------------------------


def sent(score: Any, day: str | None, **more: Any) -> dict:
    row = {"survey_type": "nps", "customer_id": "a", "scale_min": 0, "scale_max": 10, "score": score}
    return row | {"responded_at": day, "sent_at": "2024-02-01", "delivered_at": "2024-02-01"} | more


def asked(*rows: dict) -> Voices:
    return voices().add("survey_responses", *({"response_id": f"r{number}"} | row for number, row in enumerate(rows)))


def test_answers_in_time() -> None:
    # 30 days after 1 February is 2 March: in time on that day, late on the next; sent back without a score is no answer
    book = asked(sent(9, "2024-03-02"), sent(9, "2024-03-03"), sent(None, "2024-02-02"), sent(None, None))
    assert parts(book, "survey_response_rate") == (1, 4)
    assert parts(book, "survey_response_rate", survey_response_days=31) == (2, 4)
    assert parts(book, "survey_response_rate", survey_response_days=0) == (0, 4)


def test_pending_until_the_last_day_has_come() -> None:
    book = asked(sent(9, "2024-02-01"), sent(None, None))
    for as_of, expected, is_complete in (("2024-03-01", (0, 0), False), ("2024-03-02", (1, 2), True)):
        cell = book.count(as_of).cell("survey_response_rate", "month", "2024-02-01")
        assert ((cell.numerator, cell.denominator), cell.is_complete) == (expected, is_complete)
        assert book.count(as_of).cell("net_promoter_score", "month", "2024-02-01").is_complete
    # undelivered ones wait too
    waiting = asked(sent(None, None), sent(None, None, sent_at="2024-02-29", delivered_at=None))
    cell = waiting.count("2024-03-29").cell("survey_response_rate", "month", "2024-02-01")
    assert ((cell.numerator, cell.denominator), cell.is_complete) == ((0, 1), False)
    assert waiting.count("2024-03-30").cell("survey_response_rate", "month", "2024-02-01").is_complete


def test_only_what_was_delivered() -> None:
    # an answer to a survey that was not delivered is in neither part; delivered after the as-of day is not yet
    book = asked(sent(9, "2024-02-10", delivered_at=None), sent(9, "2024-02-10"), sent(None, None))
    book.add("survey_responses", {"response_id": "late"} | sent(None, None, delivered_at="2024-04-01"))
    assert parts(book, "survey_response_rate") == (1, 2)
    assert parts(book, "survey_response_rate", as_of="2024-04-01") == (1, 3)
    for row in book.tables["survey_responses"]:
        del row["delivered_at"]
    assert parts(book, "survey_response_rate") == (2, 4)  # no such column: all


def test_types_that_list_answers_only() -> None:
    # csat has no row without a score, so it is not asked; once it has one, it is
    book = asked(sent(None, None), sent(4, "2024-02-10", survey_type="csat", scale_min=1, scale_max=5))
    assert parts(book, "survey_response_rate") == (0, 1)
    book.add("survey_responses", {"response_id": "x"} | sent(None, None, survey_type="csat", scale_min=1, scale_max=5))
    assert parts(book, "survey_response_rate") == (1, 3)


def test_without_such_a_type_there_is_no_rate() -> None:
    book = asked(sent(9, "2024-02-10"))
    assert "survey_response_rate" not in metrics(book.count("2024-03-31"))
    # one sent after the as-of day is not read
    book.add("survey_responses", {"response_id": "x"} | sent(None, None, sent_at="2024-04-01"))
    assert "survey_response_rate" not in metrics(book.count("2024-03-31"))
    assert "survey_response_rate" in metrics(book.count("2024-04-01"))


def test_answers_that_come_later_are_none_yet() -> None:
    book = asked(sent(9, "2024-03-01"), sent(None, None))
    result = book.count("2024-02-29")
    assert result.cell("net_promoter_score", "month", "2024-02-01").denominator == 0
    assert result.cell("survey_response_rate", "month", "2024-02-01").denominator == 0
    assert parts(book, "survey_response_rate") == (1, 2)
    assert parts(book, "net_promoter_score", "2024-03-01") == (100, 1)


def test_a_survey_stands_where_its_customer_stood_when_it_was_sent() -> None:
    book = asked(sent(9, "2024-02-20"), sent(None, None))
    book.add("csm_assignments", {"customer_id": "a", "csm_id": "amy", "assigned_from": "2024-02-02"})
    assert parts(book, "survey_response_rate", csm="(unknown)") == (1, 2)
    assert parts(book, "net_promoter_score", csm="amy") == (100, 1)


# -- rows and no rows --------------------------------------------------------------------------------------------------


def test_what_needs_which_table() -> None:
    texts = {"net_sentiment", "net_sentiment_excluding_neutral", "sentiment_polarity", "customer_satisfaction_index"}
    of_surveys = OF_VOICE - {"review_rating", "survey_response_rate"}
    assert metrics(voices().count("2024-03-31")) == {"customer_loyalty_score"}
    assert metrics(voices().says("ces", 4).count("2024-03-31")) == of_surveys
    assert metrics(voices().says("ces", None, None).count("2024-03-31")) == of_surveys | {"survey_response_rate"}
    of_feedback = texts | {"customer_loyalty_score", "review_rating", "feedback_coverage_rate"}
    assert metrics(voices().feedback().count("2024-03-31")) == of_feedback
    of_tickets = texts | {"customer_loyalty_score"}
    assert metrics(voices().ticket("t").message("t", PRAISE).count("2024-03-31")) == of_tickets
    assert metrics(voices().ticket("t").count("2024-03-31")) == {"customer_loyalty_score"}
    # rejected rows make no table
    assert metrics(voices().says("nps", 99).count("2024-03-31")) == {"customer_loyalty_score"}


def test_a_segment_has_rows_where_something_counts() -> None:
    # b in France never pays and answers nothing in March; d in Spain has only a survey that waits
    book = voices().customer("b", country="FR").customer("d", country="ES").says("nps", 9, who="b")
    book.says("nps", None, None, who="d", sent_at="2024-02-20", delivered_at="2024-02-20")
    book.customer("e", country="IT").says("acsi", 5, who="e", question="performance")
    book.customer("g", country="PL").says("acsi", 5, who="g")  # no question, no metric
    result = book.count("2024-03-01")
    assert values_of(result, "country") == {"(unknown)", "FR", "IT"}
    assert values_of(book.count("2024-03-20"), "country") == {"(unknown)", "FR", "IT"}
    assert values_of(book.count("2024-03-20"), "country", "2024-03-01") == {"(unknown)"}
    # 30 days after 20 February it waits no longer
    assert values_of(book.count("2024-03-21"), "country") == {"(unknown)", "FR", "IT", "ES"}


def test_duplicates() -> None:
    # the same row twice, an older version, and two that cannot be ordered
    book = voices().says("nps", 10, response_id="x").says("nps", 10, response_id="x")
    book.says("nps", 10, response_id="y", updated_at="2024-02-11").says(
        "nps", 0, response_id="y", updated_at="2024-02-10"
    )
    book.says("nps", 10, response_id="z").says("nps", 0, response_id="z")
    result = book.count("2024-03-31")
    counts = result.counts["survey_responses"]
    assert (counts.rows_in, counts.staged, counts.folded, counts.rejected) == (6, 2, 2, 2)
    assert parts(book, "net_promoter_score") == (200, 2)


def test_nobody_at_all() -> None:
    result = compute({"customers": [{"customer_id": "a", "name": "a", "created_at": "2024-01-01"}]}, "2024-01-31", {})
    cell = result.cell("customer_loyalty_score", "month", "2024-01-01")
    assert (cell.numerator, cell.denominator, cell.value, cell.values) == (0, 0, None, ())


# -- the cast ----------------------------------------------------------------------------------------------------------


def test_cast_has_the_figures_that_were_worked_by_hand() -> None:
    """expected_voice.csv: from the stories of its README alone."""
    result = compute(CAST, "2024-06-20", VARIABLES)
    with (CAST / "expected_voice.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["metric_name"] for row in rows} == OF_VOICE - {"sentiment_polarity"}
    for row in rows:
        where = (row["period_type"], row["period_start"], row["segment_name"], row["segment_value"])
        cell = result.cell(row["metric_name"], *where)
        for name in ("numerator", "denominator", "value"):
            figure = getattr(cell, name)
            assert row[name] == "" if figure is None else float(figure) == pytest.approx(float(row[name]), rel=1e-12), (
                row
            )

"""Published worked examples of surveys and sentiment, from raw answers through the models to the figure, and the edges of their definitions.

The docstring of each published one says where it was published, and which trap it holds.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.books import Book
from tests.compiled import Built, project
from tests.conftest import VARIABLES

FEBRUARY, FEBRUARY_END, MARCH_END = "2024-02-01", "2024-02-29", "2024-03-31"
SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7), "loyalty": (0, 10), "acsi": (1, 10)}


def survey(
    book: Book, kind: str, score: Any, customer_id: str = "a", day: str | None = "2024-02-10", **more: Any
) -> Book:
    """A survey, answered at noon of the day or never."""
    low, high = SCALES[kind]
    row = {
        "response_id": f"r{len(book.raw.get('survey_responses', [])) + 1:03}",
        "survey_type": kind,
        "customer_id": customer_id,
        "scale_min": low,
        "scale_max": high,
        "score": score,
        "sent_at": "2024-02-01T09:00:00Z",
        "delivered_at": "2024-02-01T09:00:05Z",
        "responded_at": f"{day}T12:00:00Z" if day else None,
    }
    return book.add("survey_responses", **row | more)


def feedback(book: Book, customer_id: str | None = "a", day: str = "2024-02-10", **more: Any) -> Book:
    """A piece of feedback, a review unless said otherwise."""
    row = {"feedback_id": f"f{len(book.raw.get('feedback', [])) + 1:03}", "customer_id": customer_id}
    return book.add("feedback", **row | {"channel": "review", "received_at": f"{day}T12:00:00Z"} | more)


def answered(counts: dict[int, int], kind: str) -> Book:
    """One paying customer, and so many answers of each score."""
    book = Book().sell("a", 10, "2024-01-01")
    for score, count in counts.items():
        for _ in range(count):
            survey(book, kind, score)
    return book


def built(book: Book, as_of: str = FEBRUARY_END, **variables: Any) -> Built:
    """The metrics of a book."""
    return project(VARIABLES | variables).of_family("voice").run(book.raw, as_of, ["metrics"])


def figures(book: Book, *names: str, month: str = FEBRUARY, as_of: str = FEBRUARY_END, **variables: Any) -> dict:
    """Values of metrics of a month, all customers."""
    with built(book, as_of, **variables) as company:
        return {name: company.value(name, month) for name in names}


def parts(book: Book, name: str, as_of: str = FEBRUARY_END, month: str = FEBRUARY, **where: str) -> tuple:
    """Numerator and denominator of a metric of a month."""
    with built(book, as_of) as company:
        numerator, denominator, _ = company.cell(name, "month", month, **where)
        return float(numerator), float(denominator)


# -- published ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("promoters", "passives", "detractors", "score"),
    [pytest.param(30, 50, 20, 10, id="E25b"), pytest.param(50, 40, 10, 40, id="E25c")],
)
def test_e25_net_promoter_score(promoters: int, passives: int, detractors: int, score: int) -> None:
    """E25b, E25c. https://annualreport2018.dela.nl/begrippenlijst/net-promotor-score,
    https://help.reputation.com/knowledgebase/how-is-nps-calculated

    30 % promoters and 20 % detractors are +10; 50 % and 10 % are 40. Passives count in the denominator alone.
    """
    book = answered({9: promoters - 1, 10: 1, 7: 1, 8: passives - 1, 6: detractors - 1, 0: 1}, "nps")
    assert figures(book, "net_promoter_score", "promoter_share", "passive_share", "detractor_share") == {
        "net_promoter_score": score,
        "promoter_share": promoters / 100,
        "passive_share": passives / 100,
        "detractor_share": detractors / 100,
    }


def test_e27_three_figures_called_csat() -> None:
    """E27. https://intercom.help/voc-metrics/en/articles/9647540-what-is-csat-and-how-is-csat-score-calculated

    Of 50 answers 30 are 4 or 5: 60 %. The page calls that an average, which is 3.5; on 0 to 100 it is 62.5, and 3.5 / 5 = 70 % is none of them.
    """
    book = answered({5: 10, 4: 20, 3: 10, 2: 5, 1: 5}, "csat")
    names = ("customer_satisfaction_score", "customer_satisfaction_mean", "customer_satisfaction_normalised_mean")
    assert figures(book, *names) == {
        "customer_satisfaction_score": 0.6,
        "customer_satisfaction_mean": 3.5,
        "customer_satisfaction_normalised_mean": 62.5,
    }


def test_e28_a_three_is_not_satisfied() -> None:
    """E28. https://www.eesel.ai/blog/zendesk-csat-good-vs-bad-rating

    4 and 5 are good, 1 to 3 bad, and a survey without an answer is neither.
    """
    book = answered({3: 1, 4: 1, 5: 1}, "csat")
    survey(book, "csat", None, day=None)
    assert parts(book, "customer_satisfaction_score") == (2, 3)


def test_e31_acsi() -> None:
    """E31. https://www.verint.com/blog/acsi-american-customer-satisfaction-index-score-its-calculation

    8, 7 and 9: (8 + 7 + 9 - 3) / 27 = 77.78 with equal weights, 77.48 with weights 0.3885, 0.3190, 0.2925.
    """
    book = Book().sell("a", 10, "2024-01-01")
    for question, score in {"satisfaction": 8, "expectation": 7, "performance": 9}.items():
        survey(book, "acsi", score, question=question)
    assert figures(book, "customer_satisfaction_index_acsi")["customer_satisfaction_index_acsi"] == pytest.approx(
        77.777777777, rel=1e-9
    )
    weighted = project(VARIABLES).altered(
        "customer_satisfaction_index_acsi",
        'from "customer_success"."seeds"."acsi_weights"',
        "from (values ('satisfaction', 0.3885), ('expectation', 0.3190), ('performance', 0.2925)) as weights (question, weight)",
    )
    with weighted.run(book.raw, FEBRUARY_END, ["metrics"]) as company:
        assert company.value("customer_satisfaction_index_acsi", FEBRUARY) == pytest.approx(77.4833333333, rel=1e-9)
    book.raw["survey_responses"].pop()
    assert figures(book, "customer_satisfaction_index_acsi") == {"customer_satisfaction_index_acsi": None}


def test_e32_loyalty_index() -> None:
    """E32. https://www.totango.com/glossary/customer-loyalty-index-cli

    Answers 6, 7 and 8 on 0 to 10 are 7. A 4 on 1 to 7 is the middle of its scale: 5.
    """
    book = answered({6: 1, 7: 1, 8: 1}, "loyalty")
    assert figures(book, "customer_loyalty_index") == {"customer_loyalty_index": 7}
    survey(book, "loyalty", 4, scale_min=1, scale_max=7)
    assert figures(book, "customer_loyalty_index") == {"customer_loyalty_index": 6.5}


# -- who counts, and when ----------------------------------------------------------------------------------------------


def test_an_answer_counts_on_its_own_day_and_not_before_it_came() -> None:
    """Sent in January and answered in February: February; answered after the as-of day: not yet; a test customer: never."""
    book = Book().sell("a", 10, "2024-01-01").customer("test", is_test=True)
    survey(book, "nps", 10, day="2024-02-03", sent_at="2024-01-20")
    survey(book, "nps", 0, day="2024-03-01")
    survey(book, "nps", 0, "test", day="2024-02-03")
    with built(book) as company:
        assert company.cell("net_promoter_score", "month", "2024-01-01") == (0, 0, None)
        assert company.cell("net_promoter_score", "month", FEBRUARY) == (100, 1, 100)
        assert company.cell("net_promoter_score", "month", FEBRUARY, "plan", "basic") == (100, 1, 100)


def test_accounts_and_their_weight() -> None:
    """Three answers of `a` (100, 100, -100) are a third of 100, its last answer is on `pro` and worth 30; `b` pays nothing and says 0: half of
    33.33 by account, 33.33 weighted."""
    book = Book().subscription("s", "a", "2024-01-01").item("s", 10, "2024-01-01", "2024-02-15")
    book.item("s", 30, "2024-02-15", plan="pro").customer("b")
    survey(book, "nps", 10, day="2024-02-05", survey_kind="relationship")
    survey(book, "nps", 9, day="2024-02-20", survey_kind="relationship")
    survey(book, "nps", 2, day="2024-02-10", survey_kind="transactional")
    survey(book, "nps", 7, "b", day="2024-02-10")
    with built(book) as company:
        by_account, weighted = "net_promoter_score_by_account", "net_promoter_score_weighted_by_mrr"
        assert company.value("net_promoter_score", FEBRUARY) == 25
        assert company.value(by_account, FEBRUARY) == pytest.approx(100 / 6, rel=1e-9)
        assert company.value(weighted, FEBRUARY) == pytest.approx(100 / 3, rel=1e-9)
        assert company.cell(weighted, "month", FEBRUARY)[1] == 30
        assert company.cell(by_account, "month", FEBRUARY, "plan", "pro")[1] == 1
        # among the transactional ones the last answer came on 10 February, when it paid 10
        kinds = {"relationship": (100, 1, 100), "transactional": (-100, 1, -100), "(unknown)": (0, 1, 0)}
        for kind, cell in kinds.items():
            assert company.cell(by_account, "month", FEBRUARY, "survey_kind", kind) == cell
        assert company.cell(weighted, "month", FEBRUARY, "survey_kind", "transactional") == (-1000, 10, -100)
        assert company.cell(weighted, "month", FEBRUARY, "survey_kind", "(unknown)") == (0, 0, None)
        assert company.cell("net_promoter_score", "month", FEBRUARY, "survey_kind", "relationship") == (200, 2, 100)
        others = company.query("select distinct metric_name from marts.metrics where segment_name = 'survey_kind'")
        assert len(others) == 7 and ("customer_satisfaction_score",) not in others


def test_a_kind_of_survey_may_be_called_all() -> None:
    """It is a kind like any other, and not all kinds together."""
    book = Book().sell("a", 10, "2024-01-01")
    survey(book, "nps", 10, survey_kind="all")
    survey(book, "nps", 0, survey_kind="relationship")
    assert parts(book, "net_promoter_score_by_account", segment="survey_kind", segment_value="all") == (100, 1)
    assert parts(book, "net_promoter_score_by_account") == (0, 1)


def test_the_last_answer_of_a_ticket() -> None:
    """1, then 5 for one ticket: satisfied in February; in January alone only the 1 was there; answers without a ticket count each. In the quarter
    the ticket counts once."""
    book = Book().sell("a", 10, "2024-01-01")
    survey(book, "csat", 1, day="2024-01-20", ticket_id="t", sent_at="2024-01-20")
    survey(book, "csat", 2, day="2024-02-10", ticket_id="t")
    survey(book, "csat", 5, day="2024-02-11", ticket_id="t")
    survey(book, "csat", 1, day="2024-03-02", ticket_id="t")
    survey(book, "csat", 4, day="2024-02-10")
    survey(book, "csat", 3, day="2024-02-10")
    with built(book) as company:
        score = "customer_satisfaction_score"
        assert company.cell(score, "month", "2024-01-01") == (0, 1, 0)
        assert company.cell(score, "month", FEBRUARY)[:2] == (2, 3)
        assert company.cell(score, "quarter", "2024-01-01")[:2] == (2, 3)


def test_effort_reads_one_way() -> None:
    """7 for ease and 1 for effort are the easiest answers, 3 for effort is an ease of 5; a 5 of 5 for ease is in the index alone."""
    book = Book().sell("a", 10, "2024-01-01")
    survey(book, "ces", 7)
    survey(book, "ces", 1, direction="effort")
    survey(book, "ces", 3, direction="Effort")
    survey(book, "ces", 4, direction="ease")
    survey(book, "ces", 5, scale_max=5)
    names = ("customer_effort_score", "customer_effort_score_positive_share", "customer_effort_index")
    assert figures(book, *names) == pytest.approx(
        {names[0]: 23 / 4, names[1]: 3 / 4, names[2]: (100 / 3 + 50) / 5}, rel=1e-9
    )


def test_effort_is_compared_over_versions_answered_in_both() -> None:
    """v1: effort 50, then 0; v2 is new, and no version was not asked again. Compared are 50 and 0: 50 less, all of it."""
    book = Book().sell("a", 10, "2024-01-01")
    for day, score, version in [
        ("2024-01-10", 4, "v1"),
        ("2024-02-10", 7, "v1"),
        ("2024-02-10", 1, "v2"),
        ("2024-01-10", 1, None),
    ]:
        survey(book, "ces", score, day=day, question_version=version, sent_at="2024-01-02")
    names = ("customer_effort_trend", "customer_effort_reduction_rate")
    assert figures(book, *names) == {names[0]: -50, names[1]: 1}
    assert figures(book, *names, month="2024-01-01") == dict.fromkeys(names)
    survey(book, "ces", 4, day="2024-02-10")
    assert figures(book, *names) == {names[0]: -50, names[1]: pytest.approx(2 / 3, rel=1e-9)}


def test_the_index_of_satisfaction_takes_what_is_there() -> None:
    """CSAT 75, NPS 0 (50): 62.5; with an effort of 25 (75) and texts of 100 (100): 75."""
    book = answered({4: 1}, "csat")
    survey(book, "nps", 7)
    assert figures(book, "customer_satisfaction_index") == {"customer_satisfaction_index": 62.5}
    survey(book, "ces", 4, scale_max=5)
    feedback(book, text="qwertz", sentiment_label="positive")
    assert figures(book, "customer_satisfaction_index") == {"customer_satisfaction_index": 75}


def test_loyalty_of_what_customers_do() -> None:
    """`a`: two purchase days (100), 18 months (50), a referral (100), 3 events (60): 30 + 15 + 20 + 12 = 77. `b`: one purchase day (50), paying for
    less than a month (0), nothing else: 15. `c` left. What lies a year (ninety days) back, or after the close, does not count."""
    book = Book("USD", "2022-01-01").sell("a", 10, "2022-08-29").sell("b", 10, "2024-02-20")
    book.sell("c", 10, "2022-08-29", "2024-02-20")
    book.order("a", "2023-03-01").order("a", "2024-02-29").order("b", "2024-02-25").order("b", "2023-02-28")
    book.order("b", "2024-02-26", is_refunded=True).order("b", "2024-03-02").order("c", "2024-02-01")
    for number, (day, who) in enumerate([("2023-03-01", "a"), ("2023-02-28", "b"), ("2024-03-01", "b")]):
        book.add("referrals", referral_id=f"r{number}", referrer_customer_id=who, referred_at=day)
    for day, who in [
        *[(f"2024-02-{number}", "a") for number in (10, 11, 29)],
        ("2023-12-01", "a"),
        ("2024-03-01", "a"),
    ]:
        book.add("loyalty_events", customer_id=who, event_name="visit", occurred_at=day)
    with built(book, MARCH_END) as company:
        assert company.cell("customer_loyalty_score", "month", FEBRUARY) == (92, 2, 46)
    for table in ("referrals", "loyalty_events"):
        del book.raw[table]
    # repeat and tenure alone, 30 and 30: 75 and 25
    assert figures(book, "customer_loyalty_score") == {"customer_loyalty_score": 50}
    del book.raw["orders"]
    assert figures(book, "customer_loyalty_score") == {"customer_loyalty_score": 25}


def test_sentiment_counts_labels() -> None:
    """Three positive, one negative, one neutral label: 40, without the neutral one 50, polarity 0.4. A text in a language that is not scored is out;
    a label without a text counts; feedback that names no customer stands under (unknown)."""
    book = Book().sell("a", 10, "2024-01-01").customer("test", is_test=True)
    for label in ("positive", "positive", "Negative", "neutral"):
        feedback(book, sentiment_label=label)
    feedback(book, None, sentiment_label="positive")
    feedback(book, text="Der Service war wirklich gut und die Antwort kam sehr schnell, vielen Dank dafür.")
    feedback(book, "test", sentiment_label="negative")
    feedback(book, day="2024-03-01", sentiment_label="negative")
    names = ("net_sentiment", "net_sentiment_excluding_neutral", "sentiment_polarity")
    assert figures(book, *names) == {names[0]: 40, names[1]: 50, names[2]: pytest.approx(0.4)}
    assert parts(book, "net_sentiment", segment="country", segment_value="(unknown)") == (100, 1)


def test_who_was_heard_from() -> None:
    """Of four who pay at the close one answered, one gave feedback; a survey without an answer, feedback of last month and a customer who left do
    not count."""
    book = Book()
    for name in "abcd":
        book.sell(name, 10, "2024-01-01")
    book.sell("left", 10, "2024-01-01", "2024-02-20").customer("never")
    survey(book, "loyalty", 3, "a")
    survey(book, "nps", None, "c", None)
    feedback(book, "b", channel="interview")
    feedback(book, "d", "2024-01-31")
    for name in ("left", "never"):
        survey(book, "nps", 3, name)
    assert parts(book, "feedback_coverage_rate") == (2, 4)
    assert parts(book, "feedback_coverage_rate", segment="plan", segment_value="basic") == (2, 4)


def test_reviews_by_their_scale() -> None:
    """4 of 5 is 75, 10 of 0 to 10 is 100, 3.5 of 5 is 62.5; an interview's rating and a review without one are out."""
    book = Book().sell("a", 10, "2024-01-01")
    feedback(book, rating=4)
    feedback(book, rating=10, rating_min=0, rating_max=10)
    feedback(book, None, rating="3.5", rating_max=5)
    feedback(book, rating=1, channel="interview")
    feedback(book, text="no stars")
    assert parts(book, "review_rating") == (237.5, 3)


def test_response_rate_waits_and_asks_what_was_delivered() -> None:
    """Sent on 1 February with 30 days: due on 2 March. Answered on its last day: in time; a day later, without a score, never, undelivered: not."""
    book = Book().sell("a", 10, "2024-01-01")
    survey(book, "nps", 9, day="2024-03-02")
    survey(book, "nps", 9, day="2024-03-03")
    survey(book, "nps", None, day="2024-02-10", comment="no score")
    survey(book, "nps", None, day=None)
    survey(book, "nps", None, day=None, delivered_at=None)
    survey(book, "nps", 9, day="2024-02-10", delivered_at=None)
    # a source of answers only
    survey(book, "csat", 4)
    name = "survey_response_rate"
    with built(book, "2024-03-01") as company:
        assert company.cell(name, "month", FEBRUARY) == (0, 0, None)
        assert not company.metrics()[(name, "month", company.query("select date '2024-02-01'")[0][0], "all", "all")][1]
    with built(book, "2024-03-02") as company:
        assert company.cell(name, "month", FEBRUARY) == (1, 4, 0.25)
        assert company.metrics()[(name, "month", company.query("select date '2024-02-01'")[0][0], "all", "all")][1]
    with project(VARIABLES, without=["survey_responses.delivered_at"]).run(
        book.raw
        | {
            "survey_responses": [
                {k: v for k, v in row.items() if k != "delivered_at"} for row in book.raw["survey_responses"]
            ]
        },
        MARCH_END,
        ["metrics"],
    ) as company:
        assert company.cell(name, "month", FEBRUARY) == (2, 6, 2 / 6)
    # every survey has a score by now: nothing is known of those that had none
    for row in book.raw["survey_responses"]:
        row |= {"score": 4, "responded_at": "2024-02-10T12:00:00Z"}
    with built(book, MARCH_END) as company:
        assert not company.query(f"select 1 from marts.metrics where metric_name = '{name}'")


def test_without_a_table_its_metrics_are_absent() -> None:
    """Nothing but subscriptions: the behavioural loyalty score, by tenure alone. Feedback brings its own, and what texts tell."""
    names = "select distinct metric_name from marts.metrics join marts.metric_definitions using (metric_name) where family = 'voice' order by 1"
    book = Book().sell("a", 10, "2024-01-01")
    with built(book) as company:
        assert [name for (name,) in company.query(names)] == ["customer_loyalty_score"]
    feedback(book, rating=4)
    with built(book) as company:
        assert [name for (name,) in company.query(names)] == [
            "customer_loyalty_score",
            "customer_satisfaction_index",
            "feedback_coverage_rate",
            "net_sentiment",
            "net_sentiment_excluding_neutral",
            "review_rating",
            "sentiment_polarity",
        ]


def test_history_begins_inside_a_month() -> None:
    """With history_start on 10 February an answer of the 9th is in no period, one of the 10th in February."""
    book = Book().sell("a", 10, "2024-01-01")
    survey(book, "nps", 0, day="2024-02-09")
    survey(book, "nps", 10, day="2024-02-10")
    survey(book, "ces", 7, day="2024-02-09")
    feedback(book, day="2024-02-09", rating=5, sentiment_label="positive")
    book.sell("b", 10, "2024-01-01")
    feedback(book, "b", day="2024-02-09")
    names = (
        "net_promoter_score",
        "net_promoter_score_by_account",
        "review_rating",
        "net_sentiment",
        "customer_effort_score",
    )
    found = figures(book, *names, "feedback_coverage_rate", history_start="2024-02-10")
    assert found == {names[0]: 100, names[1]: 100} | dict.fromkeys(names[2:]) | {"feedback_coverage_rate": 0.5}

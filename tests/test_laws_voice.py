"""Laws of the voice that hold whatever was said: change the answers, build both, compare.

S1 to S9 are about surveys and texts; U2 and U3 are about any metric, here where only an answer is changed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from tests.books import Book, Rows
from tests.comparison import family_differences
from tests.compiled import Built, project
from tests.conftest import VARIABLES
from tests.oracle import METRICS, compute
from tests.test_laws import AS_OF, assert_equal_cells, cast, named

Raw = dict[str, Rows]
Cells = dict[tuple, tuple]
NET = ("net_promoter_score", "net_promoter_score_by_account", "net_promoter_score_weighted_by_mrr")
INDEX = "customer_satisfaction_index"
MOODS = ("net_sentiment", "net_sentiment_excluding_neutral", "sentiment_polarity")
OF_TEXTS = (*MOODS, INDEX, "nps_comment_share")


def built(raw: Raw, as_of: str = AS_OF, seeds: Path | None = None) -> Built:
    """The cells of the voice."""
    one = project(VARIABLES).of_family("voice")
    return (one.with_seeds(seeds) if seeds else one).run(raw, as_of, ["metrics"])


def cells(raw: Raw, as_of: str = AS_OF, seeds: Path | None = None) -> Cells:
    with built(raw, as_of, seeds) as company:
        return company.metrics()


@cache
def cast_cells() -> Cells:
    return cells(cast())


def changed(change: Callable[[dict[str, Any]], dict[str, Any]], table: str = "survey_responses") -> Raw:
    """The cast with every row of a table changed."""
    raw = cast()
    raw[table] = [row | change(row) for row in raw[table]]
    return raw


def answered(scores: list[int], kind: str = "nps", scale: tuple[int, int] = (0, 10), **more: Any) -> Raw:
    """As many answers of one customer in February 2024."""
    book = Book().sell("a", 10, "2024-01-01")
    for number, score in enumerate(scores):
        row = {"response_id": f"r{number}", "survey_type": kind, "customer_id": "a", "score": score}
        row |= {"scale_min": scale[0], "scale_max": scale[1], "sent_at": "2024-02-01", "responded_at": "2024-02-10"}
        book.add("survey_responses", **row | more)
    return book.raw


def february(raw: Raw, name: str, seeds: Path | None = None) -> float | None:
    return cells(raw, "2024-02-29", seeds)[name, "month", date(2024, 2, 1), "all", "all"][4]


def limits(raw: Raw, name: str) -> tuple[float, float]:
    with built(raw, "2024-02-29") as company:
        ((lower, upper),) = company.query(
            f"select lower_bound, upper_bound from marts.metrics where metric_name = '{name}' and period_type = 'month'"
            " and period_start = '2024-02-01' and segment_name = 'all'"
        )
        return lower, upper


def is_nps(row: dict[str, Any]) -> bool:
    return row["survey_type"] == "nps" and row["score"] is not None


# -- what counts -------------------------------------------------------------------------------------------------------


def test_u2_a_row_that_comes_twice_counts_once() -> None:
    raw = cast()
    for table in ("survey_responses", "feedback", "loyalty_events"):
        raw[table] = [again for row in raw[table] for again in (row, dict(row))]
    assert_equal_cells(cast_cells(), cells(raw))


def test_u3_what_comes_after_the_as_of_day_is_nothing() -> None:
    """Of the answers that do: they are none yet. Nothing may tell them from surveys that were never answered."""
    raw, without = cast(), cast()
    for row in without["survey_responses"]:
        if (row["responded_at"] or "") > "2023-11-16":
            row |= {"responded_at": None, "score": None, "comment": None}
    without["feedback"] = [row for row in without["feedback"] if row["received_at"] < "2023-11-16"]
    assert_equal_cells(cells(raw, "2023-11-15"), cells(without, "2023-11-15"), named("survey_response_rate"))


def test_u4_ids_are_only_names() -> None:
    def renamed(row: dict[str, Any]) -> dict[str, Any]:
        return {name: row[name] and row[name][::-1] for name in ("response_id", "ticket_id")}

    assert_equal_cells(cast_cells(), cells(changed(renamed)))


def test_what_a_test_customer_says_changes_nothing() -> None:
    raw = cast()
    for table, key in (("survey_responses", "response_id"), ("feedback", "feedback_id")):
        raw[table] += [row | {key: f"test_{row[key]}", "customer_id": "test_account"} for row in raw[table]]
    assert_equal_cells(cast_cells(), cells(raw))


def test_what_bots_and_agents_write_changes_nothing() -> None:
    """Nor what a customer writes in spam, in a merged ticket, or where nobody outside sees it."""
    raw = cast()
    hate = {"sent_at": "2024-06-15", "is_public": "true", "body": "I hate this, it is terrible."}
    for number, (ticket, author, more) in enumerate(
        [
            ("two_questions", "bot", {}),
            ("two_questions", "agent", {}),
            ("two_questions", "customer", {"is_public": "false"}),
            ("cheap_watches", "customer", {}),
            ("sent_again", "customer", {}),
            ("only_a_test", "customer", {}),
        ]
    ):
        row = {"message_id": f"more{number}", "ticket_id": ticket, "author_type": author}
        raw["ticket_messages"].append(row | hate | more)
    assert_equal_cells(cast_cells(), cells(raw))
    raw["ticket_messages"].append(raw["ticket_messages"][-1] | {"message_id": "one", "ticket_id": "two_questions"})
    differing = {key[0] for key, cell in cells(raw).items() if cell != cast_cells().get(key)}
    assert {"net_sentiment", "net_sentiment_excluding_neutral", "sentiment_polarity"} <= differing


# -- recommendation ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scores", "expected"), [([9, 10, 10], 100), ([0, 3, 6], -100), ([7, 8], 0)])
def test_s1_all_of_one_class(scores: list[int], expected: int) -> None:
    assert february(answered(scores), NET[0]) == expected


@pytest.mark.parametrize("scores", [[9, 10, 3], [9, 2, 3, 7], [10], [0], [9, 0]])
def test_s1_passives_and_pairs_only_dampen(scores: list[int]) -> None:
    before = february(answered(scores), NET[0])
    for more in ([7], [8, 8], [9, 6]):
        after = february(answered(scores + more), NET[0])
        assert abs(after) < abs(before) or after == before == 0
        assert after * before >= 0


def test_s1_the_same_answers_again_keep_the_score_and_narrow_its_limits() -> None:
    scores = [9, 10, 3, 7, 8, 9, 9, 0, 7, 7]
    (low, high), (lower, upper) = (limits(answered(scores * times), NET[0]) for times in (1, 4))
    assert february(answered(scores), NET[0]) == february(answered(scores * 4), NET[0]) == 20
    assert (upper - lower) * sqrt(4) == pytest.approx(high - low)


def test_s2_answers_of_one_class_are_alike() -> None:
    """9 for 10, 7 for 8, 0 for anything up to 6."""
    classes = {"10": "9", "8": "7", **{str(score): "0" for score in range(7)}}
    alike = changed(lambda row: {"score": classes.get(row["score"], row["score"])} if is_nps(row) else {})
    assert alike["survey_responses"] != cast()["survey_responses"]
    assert_equal_cells(cast_cells(), cells(alike))


def test_s3_promoters_for_detractors() -> None:
    def turned(row: dict[str, Any]) -> dict[str, Any]:
        if not is_nps(row) or not 0 <= int(row["score"]) <= 10:
            return {}
        return {"score": "0" if int(row["score"]) >= 9 else "10" if int(row["score"]) <= 6 else row["score"]}

    swapped = cells(changed(turned))
    for key, cell in cast_cells().items():
        if key[0] in NET:
            assert swapped[key][2:4] == (-cell[2], cell[3]), key
        for one, other in (("promoter_share", "detractor_share"), ("detractor_share", "promoter_share")):
            if key[0] == one:
                assert swapped[other, *key[1:]] == cell, key
    others = (
        {name for name, metric in METRICS.items() if metric.family == "voice"}
        - {*NET, INDEX}
        - {
            "promoter_share",
            "detractor_share",
        }
    )
    assert_equal_cells(cast_cells(), swapped, lambda key: key[0] not in others)


def test_s8_limits_of_a_share_and_of_its_complement() -> None:
    """Promoters of some answers, detractors of the others: 1 less the one's limits are the other's."""
    raw = answered([9] * 7 + [0] * 13)
    low, high = limits(raw, "promoter_share")
    assert limits(raw, "detractor_share") == pytest.approx((1 - high, 1 - low))
    assert 0 < low < 7 / 20 < high < 1


# -- satisfaction and effort -------------------------------------------------------------------------------------------


def test_s4_a_better_answer_never_lowers_satisfaction() -> None:
    scores = [1, 2, 3, 4, 5]
    names = (
        "customer_satisfaction_score",
        "customer_satisfaction_mean",
        "customer_satisfaction_normalised_mean",
        INDEX,
    )
    before = {name: february(answered(scores, "csat", (1, 5)), name) for name in names}
    for position in range(4):
        better = [score + (number == position) for number, score in enumerate(scores)]
        after = cells(answered(better, "csat", (1, 5)), "2024-02-29")
        for name in names:
            value = after[name, "month", date(2024, 2, 1), "all", "all"][4]
            assert value >= before[name] if name == names[0] else value > before[name]


@pytest.mark.parametrize("kind", ["ces", "loyalty"])
def test_s4_another_scale_with_the_same_steps(kind: str) -> None:
    """x -> 2x + 3, its ends too."""
    name = {"ces": "customer_effort_index", "loyalty": "customer_loyalty_index"}[kind]
    scores = [1, 4, 6, 7, 3]
    mapped = answered([2 * score + 3 for score in scores], kind, (5, 17))
    assert february(answered(scores, kind, (1, 7)), name) == pytest.approx(february(mapped, name), rel=1e-9)


def test_s5_a_question_turned_round() -> None:
    """Effort asked where ease was, and every answer turned: nothing changes but for roundings of nothing."""

    def turned(row: dict[str, Any]) -> dict[str, Any]:
        if row["survey_type"] != "ces":
            return {}
        score = Decimal(row["scale_min"]) + Decimal(row["scale_max"]) - Decimal(row["score"])
        return {"score": str(score), "direction": "ease" if row["direction"] == "effort" else "effort"}

    assert_equal_cells(cast_cells(), cells(changed(turned)))


def test_s6_surveys_without_an_answer_change_the_response_rate_only() -> None:
    """Never sent back, or sent back without a score."""
    raw = cast()
    unanswered = {"score": None, "comment": None}
    raw["survey_responses"] += [
        row | unanswered | {"response_id": f"{name}_{row['response_id']}"} | more
        for row in raw["survey_responses"]
        for name, more in (("silent", {"responded_at": None}), ("blank", {}))
        if is_nps(row)
    ]
    after = cells(raw)
    assert_equal_cells(cast_cells(), after, named("survey_response_rate"))
    key = ("survey_response_rate", "month", date(2023, 11, 1), "all", "all")
    # twice those of Mary, Peter (two), Rita, Otto, and Dan, whose score of 11 is gone
    assert (cast_cells()[key][2:4], after[key][2:4]) == ((4, 6), (4, 6 + 2 * 6))


# -- composites --------------------------------------------------------------------------------------------------------


def test_s7_weights_count_by_their_proportions(tmp_path: Path) -> None:
    for name, rows in {
        "csi_weights": "component,weight\ncustomer_satisfaction,7\nease,7\nnet_promoter_score,7\nnet_sentiment,7\n",
        "acsi_weights": "question,weight\nsatisfaction,0.5\nexpectation,0.5\nperformance,0.5\n",
        "loyalty_weights": "component,weight\nrepeat,90\ntenure,90\nreferral,60\nprogramme,60\n",
    }.items():
        (tmp_path / f"{name}.csv").write_text(rows)
    assert_equal_cells(cast_cells(), cells(cast(), seeds=tmp_path))


def test_s7_a_heavier_part_pulls_the_index_towards_itself(tmp_path: Path) -> None:
    """NPS 100 and effort 75: 62.5; ease three times as heavy: 43.75."""
    raw = answered([10])
    raw["survey_responses"] += answered([2], "ces", (1, 5), response_id="c")["survey_responses"]
    (tmp_path / "csi_weights.csv").write_text("component,weight\nease,3\nnet_promoter_score,1\n")
    assert february(raw, INDEX) == 62.5
    assert february(raw, INDEX, tmp_path) == 43.75


def test_more_loyal_acts_never_lower_the_score() -> None:
    raw = cast()
    before = cells(raw)
    raw["orders"].append(raw["orders"][0] | {"order_id": "more", "ordered_at": "2023-06-15"})
    raw["loyalty_events"].append(
        {"customer_id": "tina_two_subscriptions", "event_name": "x", "occurred_at": "2023-06-15"}
    )
    raw["referrals"].append(raw["referrals"][0] | {"referral_id": "more", "referred_at": "2023-06-15"})
    after, rises = cells(raw), 0
    for key, cell in before.items():
        if key[0] == "customer_loyalty_score":
            assert after[key][2] >= cell[2] and after[key][3] == cell[3], key
            rises += after[key][2] > cell[2]
    assert rises
    assert_equal_cells(before, after, named("customer_loyalty_score"))


# -- moods -------------------------------------------------------------------------------------------------------------


def labelled(*labels: str) -> Raw:
    book = Book().sell("a", 10, "2024-01-01")
    for number, label in enumerate(labels):
        row = {"feedback_id": f"f{number}", "customer_id": "a", "channel": "other", "sentiment_label": label}
        book.add("feedback", **row, received_at="2024-02-10")
    return book.raw


def test_s9_moods_turned_round_are_the_negative() -> None:
    labels = ["positive", "positive", "negative", "neutral", "positive"]
    turn = {"positive": "negative", "negative": "positive", "neutral": "neutral"}
    for name in MOODS:
        assert february(labelled(*labels), name) == -february(labelled(*map(turn.get, labels)), name) != 0
    assert february(labelled(*["positive"] * 3), MOODS[0]) == 100
    assert february(labelled(*["negative"] * 3), MOODS[0]) == -100


def test_s9_neutral_texts_only_dampen() -> None:
    labels = ["positive", "positive", "negative"]
    before, after = (labelled(*labels, *more) for more in ([], ["neutral"]))
    assert february(after, MOODS[0]) < february(before, MOODS[0])
    assert february(after, MOODS[1]) == february(before, MOODS[1])


def test_texts_that_cannot_be_scored_change_no_mood() -> None:
    raw = cast()
    german = {
        "text": "Ich finde das alles furchtbar und möchte mein Geld zurück haben.",
        "sentiment_label": None,
        "rating": None,
    }
    raw["feedback"] += [row | german | {"feedback_id": f"german_{row['feedback_id']}"} for row in raw["feedback"]]
    assert_equal_cells(cast_cells(), cells(raw), named("feedback_coverage_rate"))


# -- the laws are seen to fail -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "old", "new", "law"),
    [
        ("int_survey_answers", "when surveys.score >= 9 then 100", "when surveys.score >= 10 then 100", "s2"),
        ("int_survey_answers", "when surveys.score >= 7 then 0", "when surveys.score >= 8 then 0", "s2"),
        ("int_survey_answers", "then 8 - surveys.score", "then surveys.score", "s5"),
        ("int_said", "not is_spam and", "", "bots"),
        ("int_said", "messages.author_type = 'customer' and", "", "bots"),
        ("stg_voice__survey_responses", "where fate = 'staged'", "where fate in ('staged', 'folded')", "u2"),
        ("int_survey_answers", "surveys.score is not null and", "", "s6"),
    ],
)
def test_a_broken_rule_breaks_its_law(
    model: str, old: str, new: str, law: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = project(VARIABLES).of_family("voice").altered(model, old, new)
    laws = {
        "s2": test_s2_answers_of_one_class_are_alike,
        "s5": test_s5_a_question_turned_round,
        "s6": test_s6_surveys_without_an_answer_change_the_response_rate_only,
        "u2": test_u2_a_row_that_comes_twice_counts_once,
        "bots": test_what_bots_and_agents_write_changes_nothing,
    }

    def of_broken(raw: Raw, as_of: str = AS_OF, seeds: Path | None = None) -> Cells:
        with broken.run(raw, as_of, ["metrics"]) as company:
            return company.metrics()

    monkeypatch.setattr(f"{__name__}.cells", of_broken)
    monkeypatch.setattr(f"{__name__}.cast_cells", lambda: of_broken(cast()))
    with pytest.raises(AssertionError):
        laws[law]()


@pytest.mark.parametrize(
    ("model", "old", "new", "found"),
    [
        (
            "int_survey_sends",
            "surveys.responded_date <= surveys.window_ends_day",
            "true",
            "survey_response_rate: ratio: numerator",
        ),
        (
            "int_survey_answers",
            "surveys.survey_type = 'csat' and surveys.ticket_id is not null",
            "false",
            "customer_satisfaction_score: ratio",
        ),
        (
            "int_reviews",
            "coalesce(feedback.rating_max, 5)",
            "coalesce(feedback.rating_max, 6)",
            "review_rating: ratio: numerator",
        ),
        ("int_texts", "scores.polarity >= 0.05", "scores.polarity >= 0.99", "net_sentiment: ratio: numerator"),
        ("int_texts", "scores.polarity >= 0.05", "scores.polarity >= 0.99", "feedback: sentiment_label"),
        (
            "int_customer_loyalty",
            "least(loyalty_events, 5)",
            "loyalty_events + 1",
            "customer_loyalty_score: ratio: numerator",
        ),
        (
            "base_voice__survey_responses",
            "then 'nps_scale'",
            "then null",
            "survey_responses: rejected by the oracle only",
        ),
    ],
)
def test_the_reference_notices_a_broken_rule(model: str, old: str, new: str, found: str) -> None:
    broken = project(VARIABLES).of_family("voice").altered(model, old, new)
    bases = [one.name for one in broken.models if one.name.startswith("base_")]
    with broken.run(cast(), AS_OF, ["metrics", "feedback", "feedback_themes", "rejected_rows", *bases]) as company:
        assert found in "\n".join(family_differences("voice", company.query, compute(cast(), AS_OF, VARIABLES)))

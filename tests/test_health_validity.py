"""What came of the health scores, worked by hand and drawn at random; its laws; its rules, broken one at a time."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.books import Book
from tests.comparison import is_close, rejected_differences, validity_differences
from tests.compiled import Built, Project, project
from tests.health_books import configure
from tests.oracle import compute
from tests.oracle.health import Health
from tests.oracle.validity import bands_told, forewarning_told, pairs_in_order, validity_told, wilson

MARTS = ["rejected_rows", "health_validity", "health_band_churn", "health_forewarning"]
SETTINGS: dict[str, dict[str, Any]] = {
    "defaults": {"reporting_currency": "USD"},
    "a month": {
        "reporting_currency": "USD",
        "churn_horizon_days": 30,
        "reactivation_min_gap_days": 20,
        "minimum_sample": 3,
        "history_start": "2024-02-10",
        "max_pause_days": 40,
    },
}
# a touch scores 100 on its day, nothing a hundred days later
SINCE_TOUCH = {"measure": "days_since_touch", "red_at": 100, "green_at": 0, "max_age_days": 150}
EXAMPLES = int(os.environ.get("COLLISION_EXAMPLES", "6"))


class Company(Book):
    def touch(self, customer_id: str, *days: str) -> Company:
        for day in days:
            number = len(self.raw.get("csm_touches", []))
            self.add("csm_touches", touch_id=f"h{number}", customer_id=customer_id, csm_id="amy", occurred_at=day)
            self.raw["csm_touches"][-1]["kind"] = "call"
        return self


def health_of(folder: Path, book: Book, as_of: str, **variables: Any) -> Health:
    seeds = configure(folder, [SINCE_TOUCH])
    return compute(book.raw, as_of, SETTINGS["defaults"] | {"seeds": str(seeds)} | variables, "health").gathered[
        "health"
    ]


def named(told: dict[tuple, dict]) -> dict[tuple, dict]:
    return {tuple(map(str, key)): row for key, row in told.items()}


# -- by hand -----------------------------------------------------------------------------------------------------------


def small() -> Company:
    """On 31 January: anna 100 (green), bert 40 (red), carl 70 (yellow), dora 0 (red), emil without a touch."""
    book = Company()
    for who, price in (("anna", 10), ("bert", 20), ("carl", 30), ("dora", 40), ("emil", 50)):
        end = {"bert": "2024-04-30", "carl": "2024-05-01", "dora": "2024-02-01"}.get(who)
        book.sell(who, price, "2023-10-01", end)
    book.touch("anna", "2024-01-31").touch("bert", "2023-12-02").touch("carl", "2024-01-01").touch("dora", "2023-10-23")
    return book


def test_who_left_within_the_horizon(tmp_path: Path) -> None:
    """Ninety days after 31 January are over on 30 April: bert left on this day, carl on the next, dora on the first."""
    told = named(validity_told(health_of(tmp_path, small(), "2024-04-30")))
    one = told["2024-01-31", "all"]
    assert (one["customers"], one["churned"], one["churned_share"]) == (4, 2, 0.5)
    assert (one["mean_score_of_churned"], one["mean_score_of_kept"]) == (20, 85)
    assert one["auc"] == 1
    assert told["2024-01-31", "standard"] == one
    assert one["is_small_sample"]
    # the last day whose outcome is known
    assert max(told)[0] == "2024-01-31"
    assert max(named(validity_told(health_of(tmp_path, small(), "2024-04-29"))))[0] == "2023-12-31"


def test_scores_that_told_nothing(tmp_path: Path) -> None:
    """Within a day of 31 January dora left; within a day of 29 February nobody did."""
    told = named(validity_told(health_of(tmp_path, small(), "2024-03-31", churn_horizon_days=1)))
    assert told["2024-01-31", "all"]["churned"] == 1
    assert told["2024-02-29", "all"]["auc"] is None
    assert told["2024-02-29", "all"]["mean_score_of_churned"] is None


def test_pairs() -> None:
    """A worked example of everywhere: of 0.1, 0.4 stayed, of 0.35, 0.8 left, three of four pairs are in order.

    As health: 90 and 60 stayed, 65 and 20 left.
    """
    assert pairs_in_order([Decimal(65), Decimal(20)], [Decimal(90), Decimal(60)]) == 0.75
    assert pairs_in_order([Decimal(50)], [Decimal(50)]) == 0.5
    assert pairs_in_order([], [Decimal(50)]) is None


def test_wilson_as_published() -> None:
    """Newcombe 1998, table I, method 3."""
    for k, n, lower, upper in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert wilson(k, n) == pytest.approx((lower, upper), abs=5e-5)


def test_colours(tmp_path: Path) -> None:
    told = named(bands_told(health_of(tmp_path, small(), "2024-04-30")))
    found = {
        key[2]: (row["customers"], row["churned"]) for key, row in told.items() if key[:2] == ("2024-01-31", "all")
    }
    assert found == {"green": (1, 0), "yellow": (1, 0), "red": (2, 2)}


def test_what_was_red_in_time(tmp_path: Path) -> None:
    """Bert leaves on 30 April: 60 days before is 1 March, the last score day 29 February, on which he has 11 points.

    Carl leaves on 1 May, 60 days after 2 March: 59 days of silence by 29 February are 41 points. Dora's 1 February is 60
    days after 3 December: on 30 November she had 62 points.
    """
    told = named(forewarning_told(health_of(tmp_path, small(), "2024-05-31")))
    found = {key[0]: tuple(row.values())[:5] for key, row in told.items()}
    assert found == {
        "2024-02-01": (1, 0, 40, 0, 0.0),
        "2024-04-01": (1, 1, 20, 20, 1.0),
        "2024-05-01": (1, 1, 30, 30, 1.0),
    }


def test_sixty_days_are_enough(tmp_path: Path) -> None:
    """Red from 31 January on, before that green: who leaves on 31 March was red in time, on 30 March not yet."""
    for end, red in (("2024-03-31", 1), ("2024-03-30", 0)):
        book = Company().sell("a", 10, "2023-11-01", end).sell("b", 10, "2023-11-01").touch("b", "2023-11-02")
        book.touch("a", "2023-12-11")  # 20 days by 31 December, 51 by 31 January
        told = named(forewarning_told(health_of(tmp_path, book, "2024-04-30")))
        assert told[("2024-03-01",)]["red_churn_events"] == red


def test_who_comes_back_soon_has_not_left(tmp_path: Path) -> None:
    book = Company().sell("a", 10, "2023-11-01", "2024-02-10").sell("a", 10, "2024-02-20").touch("a", "2024-01-31")
    told = named(validity_told(health_of(tmp_path, book, "2024-04-30")))
    assert told["2024-01-31", "all"]["churned"] == 1
    told = named(validity_told(health_of(tmp_path, book, "2024-04-30", reactivation_min_gap_days=11)))
    assert told["2024-01-31", "all"]["churned"] == 0


# -- at random ---------------------------------------------------------------------------------------------------------

DAYS = """2023-12-31 2024-01-01 2024-01-30 2024-01-31 2024-02-01 2024-02-29 2024-03-01 2024-03-30 2024-03-31 2024-04-01
    2024-04-29 2024-04-30 2024-05-30 2024-05-31 2024-06-01 2024-06-29 2024-06-30""".split()
AS_OF = ["2024-05-31", "2024-06-29", "2024-07-10", "2024-08-31"]


def companies(random: Random) -> Company:
    book = Company(created_at="2023-12-01")
    book.rate("EUR", "2023-12-01", "1.1").rate("EUR", "2024-03-31", "0.9")
    for number in range(random.randint(2, 7)):
        who = f"c{number}"
        book.customer(who, country=random.choice(["DE", "FR"]), is_test=random.choice([None] * 8 + ["true"]))
        start = random.choice(DAYS[:7])
        end = random.choice([None, *[day for day in DAYS if day > start]])
        item = {"currency": random.choice(["USD", "USD", "EUR"])}
        book.sell(
            who, random.choice([10, "33.3333333333", 0, 7]), start, end, random.choice(["basic", "addon"]), item=item
        )
        if random.random() < 0.4:
            back = random.choice(DAYS)
            book.sell(who, 5, back, random.choice([None, *[day for day in DAYS if day > back]]))
        if random.random() < 0.3:
            book.pause(book.raw["subscriptions"][-1]["subscription_id"], random.choice(DAYS[4:]))
        book.touch(who, *random.sample(DAYS, random.randint(0, 3)))
    return book


def configurations(random: Random, folder: Path) -> Path:
    """One profile, or another for a country; scores that are often equal, or that need evidence younger than it is."""
    step = SINCE_TOUCH | {"method": random.choice(["step", "linear_clamp"]), "red_at": random.choice([31, 60, 100])}
    other = step | {"profile": "german", "method": "linear_clamp", "max_age_days": random.choice([20, 150])}
    mrr = {
        "measure": "mrr_change",
        "measure_group": "two",
        "red_at": 0,
        "green_at": 1,
        "group_weight": random.choice([0, 1]),
    }
    german = {"profile": "german", "priority": 1, "segment_name": "country", "segment_value": "DE"}
    measures = [step, other, *random.choice([[], [mrr]])]
    caps = [{"cap": "leaving", "measure": "days_since_touch", "above": 50, "max_score": 20}]
    return configure(folder, measures, profiles=[{}, german], caps=random.choice([[], caps]))


@pytest.mark.parametrize("name", SETTINGS)
def test_sql_and_oracle_agree_on_what_came_of_it(name: str, tmp_path: Path) -> None:
    found = 0
    for seed in range(EXAMPLES):
        random = Random(f"{name} {seed}")
        book, seeds, as_of = companies(random), configurations(random, tmp_path), random.choice(AS_OF)
        expected = compute(book.raw, as_of, SETTINGS[name] | {"seeds": str(seeds)}, "health")
        with project(SETTINGS[name]).with_seeds(seeds).run(book.raw, as_of, MARTS) as built:
            differences = rejected_differences(built.query, expected) + validity_differences(built.query, expected)
        found += len(forewarning_told(expected.gathered["health"]))
        assert not differences, "\n".join([*differences, f"{as_of=} {seed=}", json.dumps(book.raw)])
    assert found > EXAMPLES / 4


# -- laws --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sound() -> Project:
    return project(SETTINGS["defaults"])


def built_of(sound: Project, folder: Path, book: Book, as_of: str = "2024-05-31", **measure: Any) -> Built:
    return sound.with_seeds(configure(folder, [SINCE_TOUCH | measure])).run(book.raw, as_of, MARTS)


def test_colours_add_to_the_whole_and_profiles_too(sound: Project, tmp_path: Path) -> None:
    with built_of(sound, tmp_path, small()) as built:
        parts = built.query(
            "select score_day, profile, sum(customers), sum(churned) from marts.health_band_churn group by 1, 2 order by 1, 2"
        )
        whole = built.query("select score_day, profile, customers, churned from marts.health_validity order by 1, 2")
    assert parts == whole
    assert whole


def test_only_the_order_of_scores_matters(sound: Project, tmp_path: Path) -> None:
    """Scores that are squeezed between 50 and 100 order the same; turned round, they tell the opposite."""
    sql = "select auc from marts.health_validity where profile = 'all' and auc is not null order by score_day"
    with built_of(sound, tmp_path, small()) as built:
        plain = [row[0] for row in built.query(sql)]
    with built_of(sound, tmp_path, small(), red_at=200) as built:
        squeezed = [row[0] for row in built.query(sql)]
    with built_of(sound, tmp_path, small(), red_at=0, green_at=100) as built:
        turned = [row[0] for row in built.query(sql)]
    assert plain and plain == squeezed
    assert all(is_close(one + other, 1.0) for one, other in zip(plain, turned, strict=True))


def test_what_comes_after_the_horizon_changes_nothing(sound: Project, tmp_path: Path) -> None:
    """Carl leaves on 1 May or stays: of January's scores nothing is different."""
    book = small()
    for row in book.raw["subscriptions"]:
        row["ended_at"] = None if row["ended_at"] == "2024-05-01" else row["ended_at"]
    sql = "select * from marts.health_validity where score_day <= date '2024-01-31' order by score_day, profile"
    with built_of(sound, tmp_path, small()) as one, built_of(sound, tmp_path, book) as other:
        assert one.query(sql) == other.query(sql)
        assert one.query("select * from marts.health_forewarning") != other.query(
            "select * from marts.health_forewarning"
        )

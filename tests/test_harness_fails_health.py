"""Breaks one rule of the health score at a time, in the compiled SQL, and sees the comparison or the law fail, and say what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import test_laws_health
from tests.comparison import family_differences
from tests.compiled import Project, project
from tests.conftest import VARIABLES
from tests.desk import Desk
from tests.health_books import configure, invoice, nps, paying, said, use
from tests.oracle import Result, compute
from tests.test_laws_health import AS_OF, CAPS, MODELS, portfolio, weighed


def book() -> Desk:
    """The portfolio; c was there 28 days before the score day, too, and d owed until 10 June."""
    return invoice(use(portfolio(), "u", "2024-06-02"), "2024-05-20", "paid", "2024-06-10", customer_id="d")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An answer of 60 days ago, as that of d is, just counts; a cap of 100 never binds."""
    of_all = {"cap": "of all", "measure": "days_past_due", "above": -1, "max_score": 100}
    measures = [*weighed(max_age_days=60), {"measure": "active_days_per_user", "green_at": 4, "group_weight": 3}]
    return configure(tmp_path_factory.mktemp("health"), measures, caps=[*CAPS, of_all])


@pytest.fixture(scope="module")
def sound(folder: Path) -> Project:
    return project(VARIABLES).of_family("health").with_seeds(folder)


@pytest.fixture(scope="module")
def expected(folder: Path) -> Result:
    return compute(book().raw, AS_OF, VARIABLES | {"seeds": str(folder)}, only="health")


def differences(broken: Project, expected: Result, raw: Desk | None = None) -> str:
    with broken.run((raw or book()).raw, AS_OF, [*MODELS, "rejected_rows"]) as built:
        return "\n".join(family_differences("health", built.query, expected))


def test_the_sound_project_breaks_nothing(sound: Project, expected: Result) -> None:
    assert differences(sound, expected) == ""


def test_a_window_of_29_days(sound: Project, expected: Result) -> None:
    """2 June is 28 days before the 30th: days on the 2nd, 3rd and 4th, of one user in four weeks, would be 0.75."""
    broken = sound.altered("int_evidence__usage", "numbers.n < 28 as is_recent", "numbers.n <= 28 as is_recent")
    found = differences(broken, expected)
    assert "c 2024-06-30 active_days_per_user: SQL 0.75, oracle 0.5" in found


def test_a_payment_that_is_known_before_it_comes(sound: Project, expected: Result) -> None:
    """On 31 May d owes since 11 days, and pays on 10 June."""
    broken = sound.altered(
        "int_evidence__commercial",
        "and invoices.due_date < months.closing_day",
        "and invoices.due_date < months.closing_day and invoices.paid_date is null",
    )
    found = differences(broken, expected)
    assert "d 2024-05-31 days_past_due: SQL 0, oracle 11" in found
    assert "d 2024-06-30 days_past_due" not in found


def test_evidence_that_is_stale_a_day_too_soon(sound: Project, expected: Result) -> None:
    broken = sound.altered("int_health_judgements", "when age_days > max_age_days", "when age_days >= max_age_days")
    found = differences(broken, expected)
    assert "d 2024-06-30 one latest_nps: SQL stale, oracle ok" in found


def test_what_is_missing_counts_as_nothing(sound: Project, expected: Result) -> None:
    """The configuration skips it. It would weigh, score 0, and seem to be covered."""
    broken = sound.altered(
        "int_health_judgements", "and directed.missing_policy = 'penalise' as is_penalised", "as is_penalised"
    )
    found = differences(broken, expected)
    assert "customer_health_measures: is_penalised: " in found
    assert "customer_health: coverage: " in found


def test_a_cap_that_lifts(sound: Project, expected: Result, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = sound.altered("int_health_scores", "and measures.uncapped_score > strictest.max_score", "")
    found = differences(broken, expected)
    assert "customer_health: score: " in found
    assert "SQL of all, oracle None" in found
    monkeypatch.setattr(test_laws_health, "sound", lambda: broken)
    monkeypatch.setattr(test_laws_health, "CAPS", [*CAPS, {**CAPS[0], "cap": "of all", "above": -1, "max_score": 100}])
    with pytest.raises(AssertionError):
        test_laws_health.test_h7_caps_only_lower(tmp_path)


def test_a_band_that_begins_with_its_lower_edge(sound: Project, tmp_path: Path) -> None:
    """50 is red. An answer of 5 would be yellow."""
    folder = configure(tmp_path, [nps()])
    expected = compute(said(paying(), 5).raw, AS_OF, VARIABLES | {"seeds": str(folder)}, only="health")
    broken = sound.altered(
        "int_health_scores", "(scored.score > colours.lower_exclusive", "(scored.score >= colours.lower_exclusive"
    )
    broken = broken.altered(
        "int_health_scores", "scored.score <= colours.upper_inclusive", "scored.score < colours.upper_inclusive"
    )
    found = differences(broken.with_seeds(folder), expected, said(paying(), 5))
    assert "customer_health: colour: 1 of them" in found
    assert "c 2024-06-30: SQL yellow, oracle red" in found
    assert "at_risk_customers" in found


def test_an_average_of_those_nobody_knows_enough_about(sound: Project, expected: Result) -> None:
    broken = sound.altered(
        "int_score_sums",
        "case when scores.is_banded then scores.score end as score,",
        "scores.score as score,",
    )
    found = differences(broken, expected)
    assert "customer_health_score: ratio: numerator, value" in found
    assert "customer_health: " not in found

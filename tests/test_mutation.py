"""The machinery of `make mutate`, on a few mutants: what it makes of a statement, which it sees killed and which it lets live."""

from __future__ import annotations

import copy
import random
import re
from collections import Counter
from pathlib import Path

import pytest

from mutation.equivalents import equivalents, unknown
from mutation.judge import SOURCES, Judge, Verdict, paths, selected
from mutation.operators import OPERATORS, Mutant, Statement
from mutation.report import by_folder, by_operator, write
from mutation.unit_tests import unit_tests

# a small company that a hundred checks look at
SMALL = SOURCES[0]

CHANGES = [
    ("boundary", "select a from t where a < 3", "select a from t where a <= 3"),
    ("boundary", "select a from t where a between 1 and 3", "select a from t where a > 1 and a <= 3"),
    ("boundary", "select a from t where a between 1 and 3", "select a from t where a >= 1 and a < 3"),
    ("comparison", "select a from t where b = 'x'", "select a from t where b <> 'x'"),
    ("comparison", "select a from t where not b", "select a from t where b"),
    ("comparison", "select a from t where b is null", "select a from t where not b is null"),
    ("condition", "select a from t where b and c and d", "select a from t where b and d"),
    ("condition", "select a from t where b or c", "select a from t where c"),
    ("condition", "select a from t where b", "select a from t"),
    ("condition", "select a from t where a in (1, 2)", "select a from t where a in (2)"),
    ("condition", "select sum(a) filter (where b) from t", "select sum(a) from t"),
    ("condition", "select 1 from t join u on t.a = u.a and u.b", "select 1 from t join u on t.a = u.a"),
    ("case", "select case when a then b when c then d end from t", "select case when c then d end from t"),
    ("case", "select case when a then b end from t", "select b from t"),
    ("case", "select case when a then b else c end from t", "select case when a then b end from t"),
    ("sign", "select a - b from t", "select a + b from t"),
    ("sign", "select a / b from t", "select a * b from t"),
    ("sign", "select d - interval '1' month from t", "select d + interval '1' month from t"),
    ("number", "select a + 7 from t", "select a + 8 from t"),
    ("number", "select d - interval '1' month from t", "select d - interval '2' month from t"),
    ("join", "select 1 from t left join u on t.a = u.a", "select 1 from t inner join u on t.a = u.a"),
    ("join", "select 1 from t join u on t.a = u.a", "select 1 from t left join u on t.a = u.a"),
    ("aggregate", "select sum(a) from t", "select max(a) from t"),
    ("aggregate", "select greatest(a, b) from t", "select least(a, b) from t"),
    ("distinct", "select count(distinct a) from t", "select count(a) from t"),
    ("distinct", "select distinct a from t", "select a from t"),
    ("distinct", "select a from t union select a from u", "select a from t union all select a from u"),
    ("fallback", "select coalesce(a, 0) from t", "select a from t"),
    ("fallback", "select coalesce(a, b, 0) from t", "select coalesce(a, b) from t"),
    ("fallback", "select a / nullif(b, 0) from t", "select a / b from t"),
    (
        "window",
        "select rank() over (partition by a, b order by c) from t",
        "select rank() over (partition by b order by c) from t",
    ),
    ("window", "select rank() over (order by c) from t", "select rank() over (order by c desc) from t"),
    ("parts", "select a as numerator, b as denominator from t", "select b as numerator, a as denominator from t"),
]
UNTOUCHED = [
    "select 1 from t join u on t.a = u.a",
    "select cast(a as decimal(38, 10)) from t group by 1 order by 1",
    "select d + (0) * interval '1' day from t",
    "select a from t union all select a from u",
]


def changed(operator: str, sql: str) -> list[str]:
    statement = Statement("m", sql)
    return [statement.sql(mutant) for mutant in statement.mutants if mutant.operator == operator]


def as_told(sql: str) -> str:
    return Statement("m", sql).sql()


@pytest.mark.parametrize(("operator", "sql", "wanted"), CHANGES)
def test_a_change(operator: str, sql: str, wanted: str) -> None:
    assert as_told(wanted) in changed(operator, sql)


def test_every_operator_is_tried_out() -> None:
    assert {operator for operator, _, _ in CHANGES} == set(OPERATORS)


@pytest.mark.parametrize("sql", UNTOUCHED)
def test_what_is_not_changed(sql: str) -> None:
    """Keys of joins, digits of types, places in an order, days that are none."""
    found = [
        one
        for operator in ("boundary", "comparison", "condition", "sign", "distinct")
        for one in changed(operator, sql)
    ]
    assert not found
    assert all("38, 10" in one and "BY 1" in one for one in changed("number", sql) if "cast" in sql)


def test_what_is_counted_is_not_changed() -> None:
    """Whether a row counts is; a count asks for no more than a value that is not null."""
    found = changed("number", "select count(case when a > 3 then 1 end), sum(case when a > 5 then 1 end) from t")
    assert [re.findall(r"\d", one) for one in found] == [list("4151"), list("3161"), list("3152")]


def test_what_a_variable_has_decided_is_not_changed() -> None:
    sql = "select case when 'all' = 'permanent' then a + 1 else b - 7 end as x from t"
    assert {mutant.before for mutant in Statement("m", sql).mutants} == {"b - 7", "7"}


def test_a_statement_is_whole_again_after_every_change() -> None:
    sql = "with c as (select a, sum(b - 1) as s from t where a > 2 group by a) select * from c left join u on c.a = u.a and u.x <> 3"
    statement = Statement("m", sql)
    before = statement.sql()
    made = [statement.sql(mutant) for mutant in statement.mutants]
    assert statement.sql() == before
    assert before not in made
    assert {mutant.cte for mutant in statement.mutants} == {"c", "(last select)"}


def test_a_mutant_is_found_again_in_other_words() -> None:
    """By where it is and what it says: the same change of the SQL of other variables."""
    one = Statement("m", "select a from t where a < 3 and b = 'x'")
    other = Statement("m", "select a from t where a < 3 and b = 'y'")
    (mutant,) = (mutant for mutant in one.mutants if mutant.operator == "boundary")
    assert other.sql(mutant) == as_told("select a from t where a <= 3 and b = 'y'")
    assert Statement("m", "select 1 from t").sql(mutant) is None
    # nor is it dropped where variables put other words into the change itself
    (mutant,) = (mutant for mutant in one.mutants if mutant.before == "b = 'x'" and mutant.operator == "comparison")
    assert other.sql(mutant) == as_told("select a from t where a < 3 and b <> 'y'")


@pytest.fixture(scope="module")
def judge() -> Judge:
    """With one company, whose last day is early: a tenth of the time of all."""
    return Judge([SMALL])


def mutant_of(judge: Judge, model: str, before: str, after: str = "", cte: str | None = None) -> Mutant:
    found = [
        one
        for one in judge.statement(model).mutants
        if one.before == before and one.after == after and cte in (None, one.cte)
    ]
    assert found, f"{model} has no mutant {before} -> {after}"
    return found[0]


def test_unit_tests_pass_on_models_as_they_are(judge: Judge) -> None:
    """Every third of them: what fails here would kill every mutant."""
    tests = [(test, project) for model in sorted(unit_tests())[::3] for test, project in judge.bench.tests(model)]
    tests = [(test, project) for test, project in tests if not test.variables]
    assert len(tests) > 60
    assert not [
        test.name for test, project in tests if judge.bench.fails(test, judge.statement(test.model, project).sql())
    ]


def test_a_unit_test_kills(judge: Judge) -> None:
    mutant = mutant_of(judge, "net_new_mrr", "closing_mrr - opening_mrr", "closing_mrr + opening_mrr")
    verdict = judge.verdict(mutant)
    assert (verdict.state, verdict.by) == ("killed", "unit test net_new_mrr__published_bridge")


def test_what_is_no_sql_does_not_count(judge: Judge) -> None:
    mutant = Mutant("net_new_mrr", "comparison", "net_new_mrr", "a", "b", 1)
    statement = judge.statement("net_new_mrr")
    assert statement.sql(mutant) is None
    nonsense = next(one for one in statement.mutants if one.operator == "sign")
    judge_of_nonsense = Judge([])
    judge_of_nonsense.bench = judge.bench
    judge_of_nonsense.statement = lambda *_: type(
        "Nonsense", (), {"sql": lambda *_: "select no_such_column from nowhere"}
    )()
    assert judge_of_nonsense.verdict(nonsense).state == "invalid"


def test_a_company_is_asked_what_its_test_asks(judge: Judge) -> None:
    (company,) = judge.companies(SMALL)
    assert any("from marts.metrics" in question for question in company.questions)
    assert any("from marts.customer_periods" in question for question in company.questions)
    assert {"metrics", "int_customer_balances", "stg_billing__subscriptions"} <= company.names
    assert "int_build_changes" not in company.names


@pytest.mark.parametrize("model", ["mrr", "int_customer_balances", "int_segment_periods__closing"])
def test_a_company_notices_no_change_where_there_is_none(judge: Judge, model: str) -> None:
    (company,) = judge.companies(SMALL)
    assert company.notices(model, judge.statement(model, company.project).sql()) is None


def test_the_short_way_and_the_long_way_agree(judge: Judge) -> None:
    """One that a company notices, one that survives: the test itself, run from its beginning with the mutant, fails and passes."""
    stands_since = "state_days.state_day {} states.stands_since"
    killed = mutant_of(judge, "int_customer_balances", stands_since.format(">="), stands_since.format(">"))
    survivor = mutant_of(
        judge, "customer_churn_rate_daily", "inner join paying_spans", "left join paying_spans", cte="paying_cells"
    )
    # asked of companies alone
    without_unit_tests = copy.copy(judge)
    without_unit_tests.bench = type("Nothing", (), {"tests": lambda *_: ()})()
    verdicts = [without_unit_tests.verdict(mutant) for mutant in (killed, survivor)]
    assert [verdict.state for verdict in verdicts] == ["killed", "survived"]
    assert SMALL.name in verdicts[0].by
    assert [judge.really_noticed(mutant, SMALL) for mutant in (killed, survivor)] == [True, False]


def test_a_seeded_sample_of_metric_files(judge: Judge) -> None:
    """Two dozen mutants of the files that people sign: nearly all are killed."""
    models = selected(["marts/metrics/revenue", "marts/metrics/retention"], paths())
    mutants = [mutant for model in models for mutant in judge.statement(model).mutants]
    known = equivalents()
    sample = random.Random(7).sample([one for one in mutants if one.key not in known], 24)
    verdicts = [judge.verdict(mutant) for mutant in sample]
    states = Counter(verdict.state for verdict in verdicts)
    assert states["killed"] >= 22, [verdict for verdict in verdicts if verdict.state != "killed"]


def test_every_equivalent_mutant_is_one_that_is_made(judge: Judge) -> None:
    known = equivalents()
    models = {model for model, *_ in known}
    mutants = [mutant for model in models for mutant in judge.statement(model).mutants]
    assert not unknown(known, mutants, models)


def test_an_equivalent_mutant_that_is_none_any_more() -> None:
    mutants = Statement("m", "select a from t where a < 3").mutants
    assert unknown({("m", "(last select)", "a < 4", "a <= 4", 1): "why"}, mutants, {"m"})
    assert not unknown({("m", "(last select)", "a < 3", "a <= 3", 1): "why"}, mutants, {"m"})


def test_models_are_selected_by_name_and_folder() -> None:
    files = paths()
    assert selected(["quick_ratio"], files) == ["quick_ratio"]
    assert "int_months" in selected(["intermediate/time"], files)
    assert set(selected(["*retention*"], files)) >= {"net_revenue_retention", "int_segment_periods__retention"}
    assert not selected(["nothing"], files)


def test_the_report(tmp_path: Path) -> None:
    statement = Statement("mrr", "select a, b from t where a < 3 and b > 4")
    boundary, *_ = (mutant for mutant in statement.mutants if mutant.operator == "boundary")
    others = [mutant for mutant in statement.mutants if mutant is not boundary]
    verdicts = [Verdict(boundary, "survived", "", 0.1)] + [
        Verdict(one, "killed", "unit test x", 0.1) for one in others[:3]
    ]
    verdicts.append(Verdict(others[3], "equivalent", "It cannot be.", 0))
    assert by_folder(verdicts, {"mrr": "marts/metrics/revenue/mrr.sql"})[-1].cells == [
        "all",
        "75.0%",
        "3",
        "1",
        "1",
        "",
    ]
    assert by_operator(verdicts)[0].cells == ["boundary", "0.0%", "", "1", "1", ""]
    page, data = write(
        tmp_path,
        verdicts,
        {"mrr": "marts/metrics/revenue/mrr.sql"},
        "Five mutants.",
        lambda mutant: (statement.sql(is_pretty=True), statement.sql(mutant, is_pretty=True)),
    )
    text = page.read_text()
    assert "-  a < 3 AND b > 4\n+  a <= 3 AND b > 4" in text
    assert "mrr: It cannot be." in text
    assert '"state": "survived"' in data.read_text()

"""`make review`: what it finds, what it says, and when it fails. Comparisons are of small databases; one project of few models is reviewed whole."""

from __future__ import annotations

import datetime
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.few_models import project_of_few_models
from tests.harness import PROJECT, write_raw
from tests.publishing import settings

sys.path.insert(0, str(PROJECT / "scripts"))
import review_changes
import review_figures
import review_page
import review_reach
from console import Stop

APRIL = datetime.date(2026, 4, 1)
BASE = review_changes.Commit("a" * 40, "main", "Before")
HEAD = review_changes.Commit("b" * 40, "a-branch", "A `change` | of @somebody")

# Two metrics of two months and segments; customers beside them, and a view on them.
COMPANY = """
    create schema marts;
    create table marts.metrics as
    select
        metric_name, 'month' as period_type, period_start, true as is_complete, segment_name, segment_value,
        cast(10 as decimal(38, 10)) as numerator, cast(4 as decimal(38, 10)) as denominator, cast(2.5 as double) as value
    from (values ('mrr'), ('churn_rate')) as names (metric_name)
    cross join (values (date '2026-03-01'), (date '2026-04-01')) as months (period_start)
    cross join (values ('all', 'all'), ('acquisition_channel', 'Basic')) as segments (segment_name, segment_value);
    create table marts.metric_definitions as
    select * from (values
        ('mrr', 'money', 'What is paid.', true), ('churn_rate', 'ratio', 'Who left.', false)
    ) as rows (metric_name, unit, description, adds_over_segments);
    create table marts.people as
    select 'month' as period_type, period_start, customer_id, 5.0::double as amount
    from (values (date '2026-03-01'), (date '2026-04-01')) as months (period_start), (values ('c1'), ('c2'), ('c3')) as people (customer_id);
    create view marts.customer_periods as select * from marts.people;
    create table marts.tickets as select 'k1' as ticket_id, 1 as replies;
    create table marts.builds as select 1 as build_id;
"""


@pytest.fixture
def compared(tmp_path: Path) -> Callable[..., review_figures.Comparison]:
    """Compares the company with itself after the head has been told some SQL."""

    def compare(
        *statements: str, related: dict[str, set[str]] | None = None, company: str = COMPANY
    ) -> review_figures.Comparison:
        paths = [tmp_path / side / "same_name.duckdb" for side in ("base", "head")]
        for path in paths:
            path.parent.mkdir()
            with duckdb.connect(str(path)) as database:
                database.execute(company)
                for statement in statements if path == paths[1] else ():
                    database.execute(statement)
        with review_figures.both(*paths, tmp_path) as connection:
            return review_figures.compare(connection, related)

    return compare


def reviewed(comparison: review_figures.Comparison | None = None, **facts: Any) -> review_page.Review:
    """A review of the change with what else is known of it."""
    given = {"is_committed": True, "files": [], "built": {"base": "3 models", "head": "1 of 3 models"}, "data": ""}
    return review_page.Review(BASE, HEAD, comparison=comparison, **given | facts)


def test_equal_databases_have_no_difference(compared: Callable[..., review_figures.Comparison]) -> None:
    """Records, and what differs by the rounding of floating numbers, are none."""
    found = compared(
        "insert into marts.builds values (2)",
        "update marts.metrics set value = value * (1 + 1e-12)",
        "update marts.people set amount = amount * (1 + 1e-12)",
    )
    assert found == review_figures.Comparison([], [], [], [], [], [], [], APRIL)
    text = review_page.page(reviewed(found))
    assert "**No figure changed.**" in text
    assert "## " not in text


def test_cells_that_differ_are_found_and_counted(compared: Callable[..., review_figures.Comparison]) -> None:
    """A value, a numerator alone, a cell more and a cell less."""
    found = compared(
        "update marts.metrics set value = 2.75 where metric_name = 'mrr' and segment_name = 'all' and period_start = '2026-04-01'",
        "update marts.metrics set numerator = 10.0000000001 where metric_name = 'churn_rate' and segment_name = 'acquisition_channel'",
        "update marts.metrics set denominator = null where metric_name = 'churn_rate' and segment_name = 'all'",
        "delete from marts.metrics where metric_name = 'mrr' and segment_name = 'acquisition_channel' and period_start = '2026-03-01'",
        "insert into marts.metrics select * replace ('Pro' as segment_value) from marts.metrics where metric_name = 'mrr' and segment_name <> 'all'",
    )
    churn, mrr = found.metrics
    assert (mrr.name, mrr.changed, mrr.added, mrr.removed, mrr.cells, mrr.unit) == ("mrr", 1, 1, 1, 4, "money")
    assert mrr.columns == ["value"]
    assert mrr.headline == review_figures.Cell("month", APRIL, "all", "all", 2.5, 2.75)
    assert (churn.name, churn.changed, churn.columns) == ("churn_rate", 4, ["denominator", "numerator"])


def test_of_equal_changes_the_latest_of_the_whole_company_is_shown(
    compared: Callable[..., review_figures.Comparison], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_figures, "CELLS_SHOWN", 1)
    found = compared("update marts.metrics set value = 3 where metric_name = 'mrr'")
    assert found.metrics[0].largest == [review_figures.Cell("month", APRIL, "all", "all", 2.5, 3)]
    assert [cell.period_start.month for cell in found.metrics[0].recent] == [4, 3], "and the latest months before it"
    assert review_page.page(reviewed(found)).count("| Apr 2026 | whole company |") == 1


def test_the_largest_change_comes_first(compared: Callable[..., review_figures.Comparison]) -> None:
    found = compared(
        "update marts.metrics set value = 3 where metric_name = 'mrr'",
        "update marts.metrics set value = -40 where metric_name = 'mrr' and segment_name = 'acquisition_channel' and period_start = '2026-03-01'",
        "update marts.metrics set value = null where metric_name = 'churn_rate' and segment_name = 'all' and period_start = '2026-03-01'",
    )
    mrr, churn = found.metrics
    assert mrr.largest[0] == review_figures.Cell(
        "month", datetime.date(2026, 3, 1), "acquisition_channel", "Basic", 2.5, -40
    )
    assert mrr.largest[1].segment_name == "all", "of equal changes that of the whole company"
    assert churn.largest == [review_figures.Cell("month", datetime.date(2026, 3, 1), "all", "all", 2.5, None)]


def test_customers_that_moved_are_those_of_the_periods_that_changed(
    compared: Callable[..., review_figures.Comparison],
) -> None:
    """Also where the mart is a view: each side reads its own rows."""
    changes = (
        "update marts.metrics set value = 3 where metric_name = 'mrr' and period_start = '2026-04-01'",
        "update marts.people set amount = 7 where customer_id = 'c2'",
        "delete from marts.people where customer_id = 'c3' and period_start = '2026-03-01'",
    )
    found = compared(*changes)
    moved = {one.mart: one for one in found.metrics[0].moved}
    assert moved["customer_periods"] == review_figures.Moved("customer_periods", 1, ["c2"])
    assert moved["people"].sample == ["c2"]
    assert "- `people`: `c2`\n" in review_page.page(reviewed(found))


def test_customers_of_an_unrelated_mart_are_not_named(compared: Callable[..., review_figures.Comparison]) -> None:
    """The mart of what changed elsewhere has other rows, too."""
    related = {"mrr": {"a.sql"}, "people": {"b.sql"}, "customer_periods": {"a.sql", "c.sql"}}
    found = compared(
        "update marts.metrics set value = 3 where metric_name = 'mrr'",
        "update marts.people set amount = 7 where customer_id = 'c2'",
        related=related,
    )
    assert found.metrics[0].moved == [review_figures.Moved("customer_periods", 1, ["c2"])]


def test_where_no_customer_moved_that_is_said(compared: Callable[..., review_figures.Comparison]) -> None:
    found = compared("update marts.metrics set value = 3 where metric_name = 'mrr'")
    text = review_page.page(reviewed(found))
    assert "No customer moved: none has another row in `customer_periods` and `people` in these periods." in text


def test_metrics_that_come_and_go(compared: Callable[..., review_figures.Comparison]) -> None:
    found = compared(
        "update marts.metrics set metric_name = 'arr' where metric_name = 'mrr'",
        "update marts.metric_definitions set metric_name = 'arr' where metric_name = 'mrr'",
    )
    [arr] = found.metrics_added
    assert (found.metrics, arr.name, arr.value, found.metrics_removed) == ([], "arr", 2.5, ["mrr"])
    review = reviewed(found)
    assert review.unexplained == ["mrr"], "a figure that is gone is told; one that is new takes nobody's away"
    assert "| `arr` | What is paid. | 2.50 | 4 | 0 |" in review_page.page(review)
    assert "1 metric is gone" in review_page.page(review)


def test_a_new_metric_is_shown_with_definition_course_and_segments(
    compared: Callable[..., review_figures.Comparison],
) -> None:
    """What its reviewer asks first: how it is defined, where it has no value, how it went, and whether anybody was told."""
    values = "'win_rate' as metric_name, 1 as numerator, 4.5 as denominator, 0.25 as value"
    new = f"select * replace ({values}) from marts.metrics where metric_name = 'mrr'"
    found = compared(
        f"insert into marts.metrics {new}",
        f"insert into marts.metrics select * replace ('Pro' as segment_value, 9 as denominator) from ({new}) where segment_name <> 'all'",
        "update marts.metrics set value = null where metric_name = 'win_rate' and segment_name = 'all' and period_start = '2026-03-01'",
        "insert into marts.metric_definitions values ('win_rate', 'ratio', 'Who signs.', null)",
    )
    [one] = found.metrics_added
    assert (one.cells, one.empty, one.definition) == (6, 1, {"unit": "ratio"})
    assert [(month.period_start.month, month.value) for month in one.months] == [(4, 0.25), (3, None)]
    assert [figure.segment_value for figure in one.segments["acquisition_channel"]] == ["Pro", "Basic"]
    text = review_page.page(reviewed(found)).replace("\u00a0", " ")
    for line in (
        "| `win_rate` | Who signs. | 25.0% | 6 | 1 |",
        "| Apr 2026 | 1 | 4.50 | 25.0% |",
        "| Mar 2026 | 1 | 4.50 | - |",
        "| acquisition\\_channel | Pro **25.0%**, Basic **25.0%** |",
        "CHANGELOG.md does not say why there is such a metric",
    ):
        assert line in text
    assert review_page.unexplained(["win_rate"], [], {}), "and yet it passes"
    assert not reviewed(found).unexplained
    told = review_page.page(reviewed(found, entries=["- `win_rate`: who signs, of all who were asked to."]))
    assert "does not say why" not in told


def test_all_figures_of_a_new_metric_are_of_one_unit(compared: Callable[..., review_figures.Comparison]) -> None:
    """Where one is no share, none is written as one."""
    found = compared(
        "insert into marts.metrics select * replace ('win_rate' as metric_name, 0.5 as value) from marts.metrics where metric_name = 'mrr'",
        "update marts.metrics set value = 26.7 where metric_name = 'win_rate' and segment_name <> 'all' and period_start = '2026-04-01'",
        "insert into marts.metric_definitions values ('win_rate', 'ratio', 'Who signs.', null)",
    )
    text = review_page.page(reviewed(found)).replace("\u00a0", " ")
    assert "| `win_rate` | Who signs. | 0.50 | 4 | 0 |" in text
    assert "| Apr 2026 | 10 | 4 | 0.50 |" in text
    assert "Basic **26.70**" in text
    assert "%" not in text


def test_the_figure_of_an_older_month_is_not_taken_for_the_latest(
    compared: Callable[..., review_figures.Comparison],
) -> None:
    found = compared(
        "insert into marts.metrics select * replace ('win_rate' as metric_name) from marts.metrics"
        " where metric_name = 'mrr' and period_start = '2026-03-01'",
        "insert into marts.metric_definitions values ('win_rate', 'number', 'Who signs.', null)",
    )
    text = review_page.page(reviewed(found))
    assert "| metric | what it says | Apr 2026, whole company |" in text
    assert "| `win_rate` | Who signs. | - | 2 | 0 |" in text
    assert "| Mar 2026 | 10 | 4 | 2.50 |" in text


def test_a_new_metric_without_figures_is_said_to_have_none(compared: Callable[..., review_figures.Comparison]) -> None:
    found = compared("insert into marts.metric_definitions values ('win_rate', 'ratio', 'Who signs.', null)")
    text = review_page.page(reviewed(found))
    assert "**It has no figure in `marts.metrics`:**" in text
    assert "| `win_rate` | Who signs. | - | 0 | 0 |" in text


def test_rows_of_a_new_metric_are_no_change_of_a_mart(compared: Callable[..., review_figures.Comparison]) -> None:
    """Of a mart with rows of metrics, as `metric_cells` is."""
    company = COMPANY + "create view marts.metric_cells as select metric_name, value as figure from marts.metrics;"
    new = "insert into marts.metrics select * replace ('win_rate' as metric_name) from marts.metrics where metric_name = 'mrr'"
    assert compared(new, company=company).marts == []


def test_rows_of_a_changed_metric_are_a_change_of_a_mart(compared: Callable[..., review_figures.Comparison]) -> None:
    """Beside those of a new one, which are not counted."""
    company = COMPANY + "create view marts.metric_cells as select metric_name, value as figure from marts.metrics;"
    found = compared(
        "insert into marts.metrics select * replace ('win_rate' as metric_name) from marts.metrics where metric_name = 'mrr'",
        "update marts.metrics set value = 3 where metric_name = 'mrr' and segment_name = 'all'",
        company=company,
    )
    assert found.marts == [review_figures.Mart("metric_cells", 8, 8, 2, 2, "")]


def test_definitions_are_compared_field_by_field(compared: Callable[..., review_figures.Comparison]) -> None:
    found = compared(
        "update marts.metric_definitions set description = 'Paid | owed', adds_over_segments = false where metric_name = 'mrr'"
    )
    assert found.definitions == [
        review_figures.Field("mrr", "description", "What is paid.", "Paid | owed"),
        review_figures.Field("mrr", "adds_over_segments", "true", "false"),
    ]
    review = reviewed(found)
    assert review.unexplained == []
    text = review_page.page(review)
    assert "**No figure changed.**" in text
    assert "1 definition changed" in text
    assert "| `mrr` | description | What is paid. | Paid \\| owed |" in text


def test_other_marts_are_compared_row_by_row(compared: Callable[..., review_figures.Comparison]) -> None:
    found = compared(
        "insert into marts.tickets values ('k1', 1), ('k2', 0)",
        "alter table marts.tickets add column queue varchar",
        "create table marts.brand_new as select 1 as one",
        "drop view marts.customer_periods",
    )
    assert found.marts == [review_figures.Mart("tickets", 1, 3, 0, 2, "new: `queue`")], "a second equal row counts"
    assert (found.marts_added, found.marts_removed) == (["brand_new"], ["customer_periods"])


def test_many_cells_are_compared_fast(tmp_path: Path) -> None:
    paths = [tmp_path / f"{side}.duckdb" for side in ("one", "other")]
    for path, value in zip(paths, ("i", "i + (i % 1000 = 0)::int"), strict=True):
        with duckdb.connect(str(path)) as database:
            database.execute(f"""
                create schema marts;
                create table marts.metrics as
                select
                    'metric_' || i % 200 as metric_name, 'month' as period_type, date '2020-01-01' + (i % 60)::int as period_start,
                    true as is_complete, 'acquisition_channel' as segment_name, 'value ' || i as segment_value,
                    cast(i as decimal(38, 10)) as numerator, cast(1 as decimal(38, 10)) as denominator, cast({value} as double) as value
                from range(400000) as numbers (i)
            """)
    began = datetime.datetime.now()
    with review_figures.both(*paths, tmp_path) as connection:
        found = review_figures.compare(connection)
    assert sum(metric.changed for metric in found.metrics) == 400
    assert datetime.datetime.now() - began < datetime.timedelta(seconds=30), "it takes one or two"


FAMILIES = {"net_revenue_retention": "retention", "net_revenue_churn": "retention", "mrr": "revenue"}


@pytest.mark.parametrize(
    ("entry", "left"),
    [
        ("`mrr` no longer counts what is paid for setting up.", ["net_revenue_retention", "net_revenue_churn"]),
        ("`net_revenue_*` leave out customers that came back.", ["mrr"]),
        ("The families `retention` and `revenue`: trials count until they end.", []),
        ("`retention` counts no customers that came back.", ["net_revenue_retention", "net_revenue_churn", "mrr"]),
        ("`*`: exchange rates are those of the day.", []),
        ("`mrr` changed.", [*FAMILIES]),
        ("mrr no longer counts what is paid for setting up.", [*FAMILIES]),
        ("`net_mrr` no longer counts what is paid for setting up.", [*FAMILIES]),
        ("[`mrr`](models/marts/metrics/revenue/mrr.sql) [`b`](a/long/path/of/many/words.sql)", [*FAMILIES]),
        ("", [*FAMILIES]),
    ],
)
def test_an_entry_explains_the_metrics_that_it_names_with_words_beside(entry: str, left: list[str]) -> None:
    assert sorted(review_page.unexplained(FAMILIES, [entry], FAMILIES)) == sorted(left)


def test_what_the_page_says_of_entries_is_so() -> None:
    """The table of reviewing.md, with the names of all metrics."""
    families = {
        metric["name"]: metric["family"]
        for path in (PROJECT / "models/marts/metrics").glob("*/*.yml")
        for model in yaml.safe_load(path.read_text())["models"]
        for metric in model["config"]["meta"]["metrics"]
    }
    table = (PROJECT / "reviewing.md").read_text().split("| entry | explains |\n|---|---|\n")[1].split("\n\n")[0]
    rows = [line.strip("|").split("|") for line in table.splitlines()]
    assert len(rows) == 6
    for entry, names in rows:
        explained = set(families) - set(review_page.unexplained(families, [entry], families))
        named = set(review_page.NAMES.findall(names))
        assert named <= explained, entry
        assert bool(named) == bool(explained), entry
    assert (
        f"if {['no', 'one', 'two', 'three', 'four', 'five'][review_page.WORDS_OF_A_REASON]} words or more"
        in (PROJECT / "reviewing.md").read_text()
    )


def test_the_page_leads_to_files_that_exist() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (PROJECT / "reviewing.md").read_text())
    assert links
    assert not [link for link in links if not (PROJECT / link).exists()]


def test_entries_are_bullets_and_paragraphs_of_the_lines_that_were_added() -> None:
    text = "# Changelog\n\n## Unreleased\n\n- One,\n  and more.\n- Two.\n  - part of it\n\nA paragraph\nof two lines.\n"
    assert review_changes.entries_of(text, set(range(12))) == [
        "- One, and more.",
        "- Two. - part of it",
        "A paragraph of two lines.",
    ]
    assert review_changes.entries_of(text, {6, 11}) == ["and more.", "of two lines."]
    assert review_changes.entries_of(text, set()) == []


def test_figures_differ_to_the_eye() -> None:
    """In their unit, with as many digits as that takes."""

    def written(before: float | None, now: float | None, unit: str) -> tuple[str, str, str]:
        return review_page.written(review_figures.Cell("month", APRIL, "all", "all", before, now), unit)

    assert written(0.25, 0.5, "ratio") == ("25.0%", "50.0%", "+25.0 pp")
    assert written(0.25, 0.25004, "ratio") == ("25.000%", "25.004%", "+0.004 pp")
    assert written(120000.4, 120001.6, "money") == ("120,000", "120,002", "+1")
    assert written(120000.4, 120000.9, "money") == ("120,000.4", "120,000.9", "+0.5")
    assert written(9.5, 10.25, "money") == ("9.50", "10.25", "+0.75")
    assert written(3600, 9000, "seconds") == ("1.0 h", "2.5 h", "+1.5 h")
    assert written(7, 8, "count") == ("7", "8", "+1")
    assert written(None, 1.5, "points") == ("-", "1.50", "")
    assert written(1.5, 1.5, "points") == ("1.50", "1.50", "+0.00")
    assert written(1e9, 1e9 + 1e-6, "points")[1] == "1,000,000,000.000001"


def test_a_ratio_that_is_no_share_is_no_percentage() -> None:
    def line(now: float) -> str:
        cell = review_figures.Cell("month", APRIL, "all", "all", 0.5, now)
        metric = review_figures.Metric("m", "ratio", 1, 1, 0, 0, ["value"], [cell], cell)
        return review_page.page(reviewed(review_figures.Comparison([metric], [], [], [], [], [], [], APRIL))).replace(
            "\u00a0", " "
        )

    assert "| 50.0% → 120.0% |" in line(1.2)
    assert "| 0.50 → 26.70 |" in line(26.7)


@pytest.mark.parametrize(
    ("period_type", "segment", "expected"),
    [
        ("month", ("all", "all"), "Apr 2026, whole company"),
        ("quarter", ("plan", "Basic"), "quarter from Apr 2026, plan: Basic"),
        ("trailing_year", ("csm", "(unknown)"), "12 months from Apr 2026, csm: (unknown)"),
    ],
)
def test_where_a_figure_stands(period_type: str, segment: tuple[str, str], expected: str) -> None:
    assert review_page._where(review_figures.Cell(period_type, APRIL, *segment, 1, 2)) == expected


def test_a_page_is_no_longer_than_a_comment_may_be() -> None:
    cell = review_figures.Cell("month", APRIL, "plan", "a long name " * 8, 1.0, 2.0)
    metrics = [
        review_figures.Metric(f"metric_{i}", "money", 9, 9, 0, 0, ["value"], [cell] * 5, cell) for i in range(300)
    ]
    fields = [review_figures.Field(f"metric_{i}", "description", "words " * 300, "more " * 300) for i in range(40)]
    found = review_figures.Comparison(metrics, [], [], fields, [], [], [], APRIL)
    diffs = {f"models/{i}.sql": "@@ -1 +1 @@\n" + "+select 1\n" * 500 for i in range(99)}
    text = review_page.page(reviewed(found, diffs=diffs, causes={"metric_0": ["models/98.sql"]}))
    assert len(text) < 65_536
    assert "had no room here" in text
    assert "And 240 more metrics." in text
    assert text.index("models/98.sql</code>") < text.index("models/0.sql</code>"), "first what a metric is made of"
    assert "... 421 more lines" in text
    assert text.count("<details>") == text.count("</details>") == text.count("```diff") + review_page.METRICS_IN_DETAIL


def test_the_reasons_are_shown_and_no_other_entries(compared: Callable[..., review_figures.Comparison]) -> None:
    found = compared("update marts.metrics set value = 3")
    entries = [
        "- `make review` is a command of its own now.",
        "- `mrr` counts what is paid, at last.",
        "- `churn*`: and so does that, at last.",
    ]
    text = review_page.page(reviewed(found, entries=entries))
    assert "**8 figures of 2 metrics changed.** CHANGELOG.md says why:\n\n> - `mrr` counts" in text
    assert "at last.\n>\n> - `churn*`" in text
    assert "a command of its own" not in text


def test_a_text_of_others_means_nothing_but_itself() -> None:
    review = reviewed(None, diffs={"a<b>.sql": "@@ -1 +1 @@\n+```\n+</details>"}, files=["a<b>.sql"])
    text = review_page.page(review)
    assert "A \\`change\\` \\| of @&#8203;somebody" in text
    assert "\n````diff\n" in text, "a fence that the diff does not end"
    assert "a&lt;b&gt;.sql" in text


def manifest(**changes: str) -> review_reach.Manifest:
    """Staging, a seed, two metrics and the mart; a macro of models, one of dbt's own, one of tests, and a hook's."""
    names = ("of_models", "within", "generate_schema_name", "of_hooks", "of_tests", "forgotten", "spark__of_models")
    sql = dict.fromkeys(names, "1") | changes
    calls = {"of_models": ["within"]}

    def macro(package: str, name: str) -> dict[str, Any]:
        return {
            "name": name, "package_name": package, "original_file_path": f"macros/{name}.sql", "macro_sql": sql.get(name, "1"),
            "depends_on": {"macros": [f"macro.p.{one}" for one in calls.get(name, [])]},
        }  # fmt: skip

    def node(
        name: str, *above: str, macros: tuple[str, ...] = (), kind: str = "model", metrics: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        return {
            "name": name, "resource_type": kind, "original_file_path": f"models/{name}.sql", "relation_name": f'"d"."marts"."{name}"',
            "config": {"meta": {"metrics": [{"name": one, "unit": "money"} for one in metrics]} if metrics else {}},
            "depends_on": {"nodes": [f"model.p.{one}" for one in above], "macros": [f"macro.p.{one}" for one in macros]},
        }  # fmt: skip

    nodes = {
        "model.p.staged": node("staged", macros=("of_models",)),
        "model.p.one": node("one", "staged", metrics=("one",)),
        "model.p.two": node("two", metrics=("two", "two_b")),
        "model.p.waiting": node("waiting"),
        "model.p.beside": node("beside", "one"),
        "model.p.metrics": node("metrics", "one", "two", "waiting"),
        "test.p.t": node("t", "one", macros=("of_tests",), kind="test"),
        "operation.p.hook": node("hook", macros=("of_hooks",), kind="operation"),
    }
    children: dict[str, list[str]] = {key: [] for key in nodes}
    for key, one in nodes.items():
        for above in one["depends_on"]["nodes"]:
            children[above].append(key)
    macros = {f"macro.p.{name}": macro("p", name) for name, text in sql.items() if text != "gone"}
    macros["macro.dbt.generate_schema_name"] = macro("dbt", "generate_schema_name")
    return review_reach.Manifest(
        {
            "metadata": {"project_name": "p"}, "nodes": nodes, "macros": macros, "child_map": children,
            "sources": {"source.p.raw.a": {"original_file_path": "models/_sources.yml"}},
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("files", "changes", "expected"),
    [
        (["models/one.sql", "models/one.yml", "seeds/a.csv"], {}, []),
        (["dbt_project.yml", "models/one.sql"], {}, ["dbt_project.yml"]),
        (["nlp/words.py", "profiles.yml"], {}, ["nlp/words.py", "profiles.yml"]),
        (["requirements/build.txt"], {}, ["requirements/build.txt"]),
        (["models/_sources.yml"], {}, ["models/_sources.yml"]),
        ([], {"of_models": "2", "within": "2", "of_tests": "2", "spark__of_models": "2"}, []),
        ([], {"of_tests": "gone", "spark__of_models": "gone", "spark__more": "2"}, []),
        ([], {"generate_schema_name": "2"}, ["macros/generate_schema_name.sql"]),
        ([], {"of_hooks": "2"}, ["macros/of_hooks.sql"]),
        ([], {"forgotten": "2"}, ["macros/forgotten.sql"]),
        ([], {"duckdb__within": "2"}, ["macros/duckdb__within.sql"]),
        ([], {"within": "gone"}, ["macros/within.sql"]),
    ],
)
def test_what_cannot_be_said_to_reach_a_model_makes_a_whole_build(
    files: list[str], changes: dict[str, str], expected: list[str]
) -> None:
    assert review_reach.why_whole(files, manifest(), manifest(**changes)) == expected


def test_the_causes_of_a_metric_are_the_changed_files_that_it_is_made_of() -> None:
    files = [
        "models/staged.sql",
        "models/two.sql",
        "models/two.yml",
        "models/metrics.sql",
        "macros/within.sql",
        "models/beside.sql",
    ]
    one = manifest()
    assert review_reach.causes("one", files, one, []) == [
        "macros/within.sql",
        "models/metrics.sql",
        "models/staged.sql",
    ]
    assert review_reach.causes("two_b", files, one, []) == ["models/metrics.sql", "models/two.sql", "models/two.yml"]
    assert review_reach.causes("two", ["models/waiting.sql", "models/staged.sql"], one, []) == [
        "models/staged.sql",
        "models/waiting.sql",
    ], "nothing of its own: what the mart is made of"
    assert review_reach.causes("two", ["nlp/words.py", "models/staged.sql"], one, ["nlp/words.py"]) == ["nlp/words.py"]
    assert review_reach.causes_of_mart("metrics", files, one, []) == {*files} - {"models/two.yml", "models/beside.sql"}
    assert review_reach.causes_of_mart("none", files, one, []) == set()


def test_what_is_built_again() -> None:
    """What dbt finds modified or git another file, and all below; metric_definitions for the YAML of a metric."""
    import review

    one = manifest()
    assert review.reached({"model.p.two"}, [], one, one) == ["metrics", "two"]
    assert review.reached(set(), ["models/one.sql", "models/one.yml"], one, one) == ["beside", "metrics", "one"]
    assert review.reached(set(), ["models/one.yml"], one, one) == []
    other = manifest()
    other.nodes["model.p.definitions"] = other.nodes["model.p.waiting"] | {"name": "metric_definitions"}
    other.content["child_map"]["model.p.definitions"] = ["model.p.metrics"]
    assert review.reached(set(), [], one, other) == []
    other.nodes["model.p.one"]["config"]["meta"]["metrics"][0]["unit"] = "ratio"
    assert review.reached(set(), [], one, other) == ["metric_definitions", "metrics"]


def test_what_the_head_has_no_more_is_not_in_its_database() -> None:
    import review

    before, now = manifest(), manifest()
    del now.nodes["model.p.beside"], now.nodes["model.p.two"]
    assert review_reach.gone(before, now) == ['"d"."marts"."beside"', '"d"."marts"."two"']
    assert review_reach.gone(now, before) == []
    with duckdb.connect() as database:
        database.execute(
            "create schema marts; create table marts.two as select 1; create view marts.beside as from marts.two"
        )
        for relation in (*review_reach.gone(before, now), '"d"."marts"."never_built"'):
            review._drop(database, relation)
        assert database.execute("select count(*) from information_schema.tables").fetchone() == (0,)


def test_only_the_last_bases_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import review

    monkeypatch.setattr(review, "FOLDER", tmp_path)
    for age, name in enumerate(("d", "b", "a", "c", "e")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "built.json").touch()
        os.utime(tmp_path / name / "built.json", (1_000_000 - age, 1_000_000 - age))
    (tmp_path / "head").mkdir()
    review._forget_old_bases()
    assert {path.name for path in tmp_path.iterdir()} == {"d", "b", "a", "head"}


def test_what_reads_the_graph_is_known() -> None:
    """dbt does not see that a table written from all YAML files changes with one: metric_definitions alone is built then all the same."""
    readers = {
        path.relative_to(PROJECT).as_posix()
        for folder in ("macros", "models")
        for path in (PROJECT / folder).rglob("*.sql")
        if "graph.nodes" in path.read_text()
    }
    # of the increments nothing is read in a build of everything
    assert {name for name in readers if not name.startswith("macros/increments/")} == {
        "macros/metric_definition_rows.sql"
    }
    calls = [path.stem for path in (PROJECT / "models").rglob("*.sql") if "metric_definition_rows" in path.read_text()]
    assert calls == ["metric_definitions"]


def test_a_side_is_built_with_its_own_python(tmp_path: Path) -> None:
    """Functions that SQL calls are those of the commit, not those of the folder that the command was given in."""
    import review

    (tmp_path / "nlp").mkdir()
    (tmp_path / "nlp/__init__.py").touch()
    side = review.Side("a side", tmp_path / "work", tmp_path)
    command = [sys.executable, "-P", "-c", "import nlp; print(nlp.__file__)"]
    run = subprocess.run(command, env=side.environment(None), cwd=PROJECT, text=True, capture_output=True, check=True)
    assert run.stdout.strip() == str(tmp_path / "nlp/__init__.py")


def test_a_base_is_of_these_files_and_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a kept base must not be taken for."""
    import review

    monkeypatch.setattr(review, "FOLDER", tmp_path / "kept")
    review.FOLDER.mkdir()
    raw = write_raw(tmp_path / "raw", {})
    first = review._made_of(raw, True)
    assert review._made_of(raw, True) == first
    assert review._made_of(raw, False) != first, "the sample company reports in a currency of its own"
    monkeypatch.setenv("AS_OF", "2026-03-31")
    assert review._made_of(raw, True) != first
    monkeypatch.delenv("AS_OF")
    (raw / "plans.csv").write_text((raw / "plans.csv").read_text().replace("Basic", "Other"))
    assert review._made_of(raw, True) != first
    assert review._is_of_today({"moves_with_today": True, "day": review._today()})
    assert not review._is_of_today({"moves_with_today": True, "day": "2026-01-01"})
    assert review._is_of_today({"moves_with_today": False, "day": "2026-01-01"})


MRR = """
    select
        cast('mrr' as varchar) as metric_name, 'month' as period_type, cast(period_start as date) as period_start,
        cast(period_start + interval '1 month' as date) as period_end, true as is_complete, 'all' as segment_name, 'all' as segment_value,
        cast(price as decimal(38, 10)) as numerator, cast(null as decimal(38, 10)) as denominator, cast(price as double precision) as value
    from (select sum(cast(unit_amount as decimal(18, 2))) as price from {{ source('raw', 'subscription_items') }}) as prices
    cross join (select timestamp '2026-02-01' as period_start union all select timestamp '2026-03-01' as period_start) as months
"""
MRR_YAML = """
models:
  - name: mrr
    config: {meta: {metrics: [{name: mrr, label: MRR, family: revenue, kind: amount, unit: money, description: What is paid.}]}}
"""
METRICS = "{{ config(schema='marts', materialized='table') }} select * from {{ ref('mrr') }}"


class Repository:
    """The project of few models in a repository of its own, with a company of one customer."""

    def __init__(self, folder: Path) -> None:
        self.project = project_of_few_models(folder)
        self.raw = write_raw(folder / "raw", {})
        self.write("models/marts/metrics/revenue/mrr.sql", MRR)
        self.write("models/marts/metrics/revenue/mrr.yml", MRR_YAML)
        self.write("models/marts/metrics.sql", METRICS)
        self.write("models/marts/metric_definitions.sql", (PROJECT / "models/marts/metric_definitions.sql").read_text())
        self.write("CHANGELOG.md", "# Changelog\n\n- `mrr` is counted from here on, as it should be.\n")
        self.write(".gitignore", ".build/\ntarget/\nlogs/\n__pycache__/\n")
        self.git("init", "--quiet", "--initial-branch", "main")
        self.commit("The first")

    def write(self, name: str, text: str) -> None:
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def git(self, *arguments: str) -> str:
        names = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.com")
        run = subprocess.run(["git", *names, *arguments], cwd=self.project, text=True, capture_output=True)
        assert run.returncode == 0, run.stderr
        return run.stdout

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def review(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "scripts/review.py", *arguments],
            cwd=self.project,
            env=settings(self.raw, self.project / "unused.duckdb") | {"AS_OF": "2026-04-15"} | environment,
            text=True,
            capture_output=True,
            timeout=600,
        )


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return Repository(tmp_path_factory.mktemp("review"))


def test_a_change_is_reviewed(repository: Repository) -> None:
    """From the branch to the page: a figure that changes without a word, the same with one, and another definition, not committed."""
    repository.git("switch", "--quiet", "--create", "dearer")
    repository.write("models/marts/metrics/revenue/mrr.sql", MRR.replace("cast(price as", "cast(2 * price as"))
    repository.commit("Twice the price")
    without = repository.review()
    assert without.returncode == 1, without.stdout + without.stderr
    assert "**2 figures of 1 metric changed.** **CHANGELOG.md does not say why: `mrr`.**" in without.stdout
    assert "# Review of `dearer` against `main`" in without.stdout
    assert "| `mrr` | 2 of 2 | 10.00 → 20.00 | 10.00 → 20.00 | Mar 2026, whole company |" in without.stdout.replace(
        "\u00a0", " "
    )
    assert "+        cast(2 * price as decimal(38, 10)) as numerator" in without.stdout
    assert "Because of `models/marts/metrics/revenue/mrr.sql`." in without.stdout
    assert "- `customer_periods`: `c1`\n" in without.stdout
    assert "CHANGELOG.md does not say why figures changed of: mrr." in without.stderr
    assert "Building the base, main as of" in without.stderr
    assert without.stdout == (repository.project / "target/review.md").read_text()
    assert repository.git("worktree", "list").count("\n") == 1, "the base is checked out no more"
    assert repository.git("status", "--porcelain") == ""

    before = (repository.project / "CHANGELOG.md").read_text()
    repository.write("CHANGELOG.md", before + "- `mrr` is twice what it was, since prices are for two seats.\n")
    repository.write("models/marts/metrics/revenue/mrr.yml", MRR_YAML.replace("What is paid.", "What is paid a month."))
    repository.write("tests/oracle/revenue.py", "# what is paid, counted again\n")
    told = repository.review("main")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "kept from an earlier review" in told.stdout
    assert "**and what is not committed yet**" in told.stdout
    assert "**2 figures of 1 metric changed.** CHANGELOG.md says why:" in told.stdout
    assert "| `mrr` | description | What is paid. | What is paid a month. |" in told.stdout
    title = "## What computes them again, from the raw rows alone, as it changed"
    assert "+# what is paid, counted again" in told.stdout.split(title)[1], (
        "a reviewer sees the reference beside the SQL"
    )


def test_what_makes_no_figure_makes_no_build(repository: Repository) -> None:
    repository.git("stash", "--include-untracked", "--quiet")
    repository.git("switch", "--quiet", "--create", "words", "main")
    repository.write("notes.md", "New, and not known to git.\n")
    run = repository.review()
    assert run.returncode == 0, run.stderr
    assert "No file that a figure is made of has changed, so that nothing was built." in run.stdout
    assert "uilding" not in run.stderr
    (repository.project / "notes.md").unlink()
    nothing = repository.review()
    assert nothing.returncode == 1
    assert "There is nothing to review: the working tree is main as of" in nothing.stderr


def test_a_side_that_does_not_build_is_told(repository: Repository) -> None:
    repository.git("switch", "--quiet", "--create", "broken", "main")
    repository.write("models/marts/metrics/revenue/mrr.sql", MRR.replace("sum(", "no_such_sum("))
    head = repository.review()
    assert head.returncode == 1
    assert "The head does not build. Nothing was compared." in head.stderr
    assert "model mrr  (models/marts/metrics/revenue/mrr.sql)" in head.stderr
    assert head.stdout == ""
    assert not (repository.project / "target/review.md").exists()
    repository.commit("Broken")
    repository.write("models/marts/metrics/revenue/mrr.sql", MRR)
    base = repository.review("broken")
    assert base.returncode == 1
    assert "The base does not build. Nothing was compared." in base.stderr
    assert not [path for path in (repository.project / ".build/review").glob("*/built.json") if "broken" in str(path)]
    assert repository.git("worktree", "list").count("\n") == 1
    repository.git("restore", ".")


@pytest.mark.parametrize(
    ("base", "environment", "expected"),
    [
        ("no-such-branch", {}, "BASE is no-such-branch, which git does not know."),
        ("--help", {}, "BASE is --help, which git does not know."),
        ("main", {"DBT_TARGET": "spark"}, "make review builds on DuckDB"),
        ("elsewhere", {}, "BASE is elsewhere, which has no commit in common with what is checked out."),
    ],
)
def test_what_cannot_be_reviewed(repository: Repository, base: str, environment: dict[str, str], expected: str) -> None:
    if base == "elsewhere":
        tree = repository.git("write-tree").strip()
        repository.git(
            "branch", "--force", base, repository.git("commit-tree", tree, "-m", "Another beginning").strip()
        )
    run = repository.review(base, **environment)
    assert run.returncode == 1
    assert run.stderr.startswith(expected)
    assert "Traceback" not in run.stderr


def test_a_folder_without_git_cannot_be_reviewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review_changes, "PROJECT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(Stop, match="this folder is no git repository of the project"), review_changes.against("main"):
        pass
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / "dbt_project.yml").touch()
    subprocess.run(["git", "add", "dbt_project.yml"], cwd=tmp_path, check=True)
    with pytest.raises(Stop, match="nothing is committed here yet"), review_changes.against("main"):
        pass

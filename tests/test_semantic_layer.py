"""Each metric of the project is a metric of MetricFlow, and what MetricFlow answers stands in marts.metrics, cell by cell."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
import yaml

from tests.conftest import Built
from tests.semantic_queries import MetricFlow, Query

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "semantic_layer.md").read_text()
SEGMENT = ("segment__segment_name", "segment__segment_value")
ATTRIBUTES = (
    "plan",
    "product_family",
    "country",
    "industry",
    "company_size",
    "acquisition_channel",
    "csm",
    "survey_kind",
    "feature",
)
TRAILING = "{{ Dimension('segment__span') }} = 'trailing_year'"
COMPLETE = "{{ Dimension('segment__is_complete') }}"
# metrics asked for at once: the SQL of many is long to plan
AT_ONCE = 21
YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def definitions() -> dict[str, dict[str, Any]]:
    """The public metrics by name."""
    files = (ROOT / "models/marts/metrics").rglob("*.yml")
    models = [model for file in files for model in yaml.load(file.read_text(), YAML)["models"]]
    return {metric["name"]: metric for model in models for metric in model["config"]["meta"]["metrics"]}


def building_blocks() -> list[str]:
    """The metrics that the others are made of."""
    return [
        metric["name"]
        for metric in yaml.load((ROOT / "models/marts/semantic/metric_cells.yml").read_text(), YAML)["models"][0][
            "metrics"
        ]
    ]


class Layer(NamedTuple):
    """A published database, and MetricFlow on its definitions."""

    database: Path
    metricflow: MetricFlow

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def sql(self, *queries: Query) -> list[str]:
        """What MetricFlow asks the database."""
        return self.metricflow.statements(queries)

    def ask(self, *queries: Query) -> list[list[tuple]]:
        """What it is answered, days as days."""
        return [
            [
                tuple(value.date() if isinstance(value, datetime.datetime) else value for value in row)
                for row in self.query(sql)
            ]
            for sql in self.sql(*queries)
        ]

    def differences(
        self, answered: str, period_type: str, where: str = "true", figures: Sequence[str] = ("value",)
    ) -> list[tuple]:
        """
        Cells in which an answer (metric_name, day, segment_name, segment_value and the figures) and marts.metrics differ. What has no figure is no
        cell. A figure may round differently in its last digits.
        """
        is_there = " or ".join(f"{figure} is not null" for figure in figures)
        differ = " or ".join(
            f"(answered.{figure} is null) <> (published.{figure} is null)"
            f" or abs(answered.{figure} - published.{figure}) > 1e-9 * greatest(1, abs(published.{figure}))"
            for figure in figures
        )
        return self.query(f"""
            select * from (select * from ({answered}) where {is_there}) as answered
            full join (select * from ({self.published(period_type)}) where ({where}) and ({is_there})) as published
                using (metric_name, day, segment_name, segment_value)
            where {differ} limit 20""")

    def published(self, period_type: str) -> str:
        """What marts.metrics has, with the day by which MetricFlow knows the period."""
        day = "cast(period_end - interval 1 month as date)" if period_type == "trailing_year" else "period_start"
        return f"""
            select metric_name, {day} as day, segment_name, segment_value, is_complete, value,
                cast(numerator as double) as numerator, cast(denominator as double) as denominator,
                case when kind = 'statistic' then value end as statistic
            from marts.metrics inner join marts.metric_definitions using (metric_name)
            where period_type = '{period_type}'"""


@pytest.fixture(scope="module")
def layer(sample_database: Built, sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layer]:
    """The sample company as `make build` leaves it. The view that MetricFlow reads is a table here, since it is asked hundreds of times."""
    folder = tmp_path_factory.mktemp("semantic")
    database = Path(shutil.copy(sample_file, folder))
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table cells as select * from marts.metric_cells")
        connection.execute("drop view marts.metric_cells")
        connection.execute("create table marts.metric_cells as select * from cells")
        connection.execute("drop table cells")
    artifacts = folder / ".build" / sample_file.stem / "target"
    artifacts.mkdir(parents=True)
    shutil.copy(sample_database.path.parent / "target/semantic_manifest.json", artifacts)
    project = folder / "project"
    sys.path.insert(0, str(ROOT / "scripts"))
    import mf

    mf.project(project, artifacts)
    mf.reading_profile(project, database)
    metricflow = MetricFlow(project, mf.settings(project))
    yield Layer(database, metricflow)
    metricflow.close()


# every metric, cell by cell


@pytest.mark.parametrize("period_type", ["month", "year", "trailing_year"])
def test_the_figures_of_all_metrics_are_those_of_the_marts(layer: Layer, period_type: str) -> None:
    """Numerators, denominators and statistics of every metric and segment value, asked for by their building block."""
    groups = ("segment__metric_name", "segment__part", *SEGMENT)
    grain = "metric_time__year" if period_type == "year" else "metric_time__month"
    [sql] = layer.sql(Query(["figure"], [grain, *groups], [TRAILING] if period_type == "trailing_year" else []))
    parts = {"numerator": "numerator", "denominator": "denominator", "statistic": "value"}
    columns = ", ".join(f"max(figure) filter (segment__part = '{part}') as {name}" for name, part in parts.items())
    answered = f"""
        select segment__metric_name as metric_name, cast({grain} as date) as day, segment__segment_name as segment_name,
            segment__segment_value as segment_value, {columns}
        from ({sql}) group by all"""
    [(metrics,)] = layer.query(f"select count(distinct metric_name) from ({answered})")
    assert metrics == len(definitions())
    assert layer.differences(answered, period_type, figures=list(parts)) == []


def test_each_metric_is_that_of_the_marts(layer: Layer) -> None:
    """Each metric by its own name, by quarter and every segment value."""
    names, groups = sorted(definitions()), ["metric_time__fiscal_quarter", *SEGMENT]
    batches = [names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE)]
    for some, sql in zip(batches, layer.sql(*(Query(some, groups) for some in batches)), strict=True):
        figures = ", ".join(f"cast({name} as double) as {name}" for name in some)
        answered = f"""
            select metric_name, cast({groups[0]} as date) as day, segment__segment_name as segment_name,
                segment__segment_value as segment_value, value
            from (unpivot (select {", ".join(groups)}, {figures} from ({sql})) on {", ".join(some)} into name metric_name value value)"""
        assert {name for (name,) in layer.query(f"select distinct metric_name from ({answered})")} == set(some)
        assert layer.differences(answered, "quarter", f"metric_name in ({', '.join(map(repr, some))})") == []


def test_a_metric_is_grouped_by_each_attribute(layer: Layer) -> None:
    """Each attribute is a group of its own; beside its values, all is the company."""
    metrics = {"survey_kind": "net_promoter_score", "feature": "feature_adoption_rate"}
    asked = [(attribute, metrics.get(attribute, "net_revenue_retention")) for attribute in ATTRIBUTES]
    answers = layer.sql(*(Query([name], ["metric_time__month", f"segment__{attribute}"]) for attribute, name in asked))
    for (attribute, name), sql in zip(asked, answers, strict=True):
        answered = f"""
            select '{name}' as metric_name, cast(metric_time__month as date) as day,
                case segment__{attribute} when 'all' then 'all' else '{attribute}' end as segment_name,
                segment__{attribute} as segment_value, {name} as value
            from ({sql})"""
        [(values,)] = layer.query(f"select count(distinct segment_value) from ({answered})")
        assert values > 1
        is_asked = f"metric_name = '{name}' and segment_name in ('all', '{attribute}')"
        assert layer.differences(answered, "month", is_asked) == []


# what is not in the marts as it is asked for


def test_segment_values_are_added_up_where_the_definition_says_so(layer: Layer) -> None:
    plans = "('Core Team', 'Core Business')"
    names = ["net_revenue_retention", "mrr", "predicted_churn_rate"]
    [rows] = layer.ask(Query(names, ["metric_time__month"], [f"{{{{ Dimension('segment__plan') }}}} in {plans}"]))
    wanted = layer.query(f"""
        select period_start, sum(numerator) filter (metric_name = names) / nullif(sum(denominator) filter (metric_name = names), 0),
            sum(numerator) filter (metric_name = 'mrr')
        from marts.metrics, (select 'net_revenue_retention' as names) as name
        where period_type = 'month' and segment_name = 'plan' and segment_value in {plans} group by 1 order by 1""")
    answered = {day: figures for day, *figures in rows}
    assert sum(retention is not None for _, retention, _ in wanted) > 30
    for day, retention, mrr in wanted:
        assert answered[day][:2] == pytest.approx([retention, mrr and float(mrr)])
    # probabilities do not add up over segments
    assert {churn for _, _, churn in answered.values()} == {None}


def test_what_may_not_be_added_up_is_empty(layer: Layer) -> None:
    """Two months; two attributes; the whole history: a figure only where the definition adds up months, never a wrong one."""
    names = ["net_revenue_retention", "net_new_mrr", "median_resolution_time"]
    either = "{{ Dimension('segment__plan') }} = 'Core Team' or {{ Dimension('segment__country') }} = 'DE'"
    two_months, whole, crossed, mixed = layer.ask(
        Query(names, [], [], "2025-01-01", "2025-02-28"),
        Query(names),
        Query(names, ["segment__plan", "segment__country"], [], "2025-04-01", "2025-04-30"),
        Query(names, ["metric_time__month"], [either]),
    )
    [(of_two, of_all)] = layer.query("""
        select sum(numerator) filter (period_start in ('2025-01-01', '2025-02-01')), sum(numerator) from marts.metrics
        where metric_name = 'net_new_mrr' and period_type = 'month' and segment_name = 'all'""")
    assert two_months == [(None, pytest.approx(float(of_two)), None)]
    assert whole == [(None, pytest.approx(float(of_all)), None)]
    assert len(crossed) > 10 and all("all" in (plan, country) for plan, country, *_ in crossed)
    assert len(mixed) > 30 and {figure for _, *figures in mixed for figure in figures} == {None}


def test_part_of_a_period_is_not_taken_for_it(layer: Layer) -> None:
    """Half a year, of which the last month holds the year's figure, and a quarter without its first month; MetricFlow rounds --start-time itself."""
    name, month = "net_revenue_retention", "{{ TimeDimension('metric_time', 'month') }}"
    year, quarter, whole = layer.ask(
        Query([name], ["metric_time__year"], [f"{month} >= '2024-07-01' and {month} < '2025-01-01'"]),
        Query([name], ["metric_time__quarter"], [f"{month} >= '2024-08-01' and {month} < '2024-10-01'"]),
        Query([name], ["metric_time__quarter"], [f"{month} >= '2024-07-01' and {month} < '2024-10-01'"]),
    )
    assert [figure for _, figure in year + quarter] == [None, None]
    assert whole == layer.query(f"""
        select day, value from ({layer.published("quarter")})
        where metric_name = '{name}' and segment_name = 'all' and day = '2024-07-01'""")


def test_what_is_not_complete_can_be_left_out(layer: Layer) -> None:
    """A quarter of which only the first month is over is left out as a whole, and not shown as that month."""
    last = {}
    for grain in ("month", "quarter"):
        [rows] = layer.ask(Query(["mrr"], [f"metric_time__{grain}"], [COMPLETE]))
        assert sorted(row for row in rows if row[1] is not None) == layer.query(f"""
            select day, value from ({layer.published(grain)})
            where metric_name = 'mrr' and segment_name = 'all' and is_complete order by 1""")
        last[grain] = max(day for day, figure in rows if figure is not None)
    assert last == {"month": datetime.date(2025, 4, 1), "quarter": datetime.date(2025, 1, 1)}


# the files


def test_every_metric_is_one_of_metricflow() -> None:
    """One each, and beside them what the page calls building blocks."""
    generated = yaml.load((ROOT / "models/marts/semantic/_metrics.yml").read_text(), YAML)["metrics"]
    assert sorted(definitions()) == [metric["name"] for metric in generated]
    listed = re.search(r"^Building blocks: (.*?)\.$", PAGE, re.MULTILINE | re.DOTALL)
    assert listed and re.findall(r"`(\w+)`", listed[1]) == building_blocks()


def test_the_metrics_of_metricflow_are_current() -> None:
    """`make index` would change nothing."""
    run = subprocess.run(
        [sys.executable, "scripts/semantic_metrics.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_exposures_name_the_marts_that_are_read() -> None:
    """Every mart that the dashboard or the report names, and none that is not there."""
    marts = {file.stem for file in (ROOT / "models/marts").glob("*.sql")} | {"metrics"}
    files = {
        "dashboard": [*(ROOT / "dashboard").rglob("*.py")],
        "board_report": [*(ROOT / "scripts").glob("board_report.py"), *(ROOT / "report").glob("*.j2")],
    }
    exposures = yaml.load((ROOT / "models/exposures.yml").read_text(), YAML)["exposures"]
    assert {exposure["name"] for exposure in exposures} == set(files)
    for exposure in exposures:
        named = {re.fullmatch(r"ref\('(\w+)'\)", ref)[1] for ref in exposure["depends_on"]}
        assert named <= marts, f"exposures.yml, {exposure['name']}: there is no mart {named - marts}"
        read = {name for file in files[exposure["name"]] for name in re.findall(r"\bmarts\.(\w+)", file.read_text())}
        assert read & marts <= named, (
            f"exposures.yml, {exposure['name']}: {sorted((read & marts) - named)} are read, too"
        )


# the command


def run_mf(layer: Layer, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, ROOT / "scripts/mf.py", *arguments],
        cwd=layer.database.parent,
        env=os.environ | {"DUCKDB_PATH": layer.database.name, "DBT_TARGET": "duckdb"} | environment,
        capture_output=True,
        text=True,
    )


def test_metricflow_finds_no_fault(layer: Layer) -> None:
    """`mf validate-configs`; that the database has what each metric names is seen above."""
    run = run_mf(layer, "validate-configs", "--skip-dw")
    assert run.returncode == 0, run.stdout + run.stderr
    assert (
        "Successfully validated the semantics of built manifest (ERRORS: 0, FUTURE_ERRORS: 0, WARNINGS: 0)"
        in run.stdout
    )


def test_the_page_prints_what_metricflow_prints(layer: Layer) -> None:
    """The first example of semantic_layer.md, while somebody else reads the database."""
    command, printed = re.search(r'```\nmake mf ARGS="([^`]*?)"\n```\n\n```\n(.*?)```', PAGE, re.DOTALL).groups()
    with duckdb.connect(str(layer.database), read_only=True):
        run = run_mf(layer, *command.split())
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.split() == printed.split()


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        ([], {}, "Expected what MetricFlow is to do"),
        (["list", "metrics"], {"DBT_TARGET": "spark"}, "MetricFlow knows no spark"),
        (
            ["list", "metrics"],
            {"DUCKDB_PATH": "none.duckdb"},
            "There is no none.duckdb yet: make build DUCKDB_PATH=none.duckdb",
        ),
    ],
)
def test_what_cannot_be_asked_is_told(
    layer: Layer, arguments: Sequence[str], environment: dict[str, str], message: str
) -> None:
    run = run_mf(layer, *arguments, **environment)
    assert run.returncode == 1 and message in run.stdout and "Traceback" not in run.stderr

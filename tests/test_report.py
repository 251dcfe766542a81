"""`make report`: its figures are those of the marts, it needs nothing but itself, and what is not there it says in words."""

from __future__ import annotations

import datetime
import html
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import pytest
import sqlglot
import yaml

from report import charts, figures, page
from report.figures import BRIDGE, Figure, Month
from report.marts import Marts, Personal, personal_marts
from tests.conftest import Built
from tests.harness import PROJECT, contract

sys.path.insert(0, str(PROJECT / "scripts"))
import board_report
from console import Stop

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Write = Callable[..., str]
TRAILING = "trailing_year"
MINUS = "\N{MINUS SIGN}"


class Shown(NamedTuple):
    """A figure on the page: what its element says it is, and what is written."""

    metric: str
    over: str
    end: str
    value: str
    text: str


class Figures(HTMLParser):
    """The <data> elements of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[Shown] = []
        self._open: dict[str, Any] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "data":
            self._open = dict(attrs)

    def handle_data(self, data: str) -> None:
        if self._open:
            given = self._open
            self.found.append(
                Shown(given["data-metric"], given["data-over"], given["data-end"], given["value"] or "", data)
            )
            self._open = None


@pytest.fixture(scope="module")
def sample(sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company with what `make build` records of a build, and dbt alone does not."""
    path = Path(shutil.copy(sample_file, tmp_path_factory.mktemp("sample")))
    with duckdb.connect(str(path)) as database:
        database.execute("""
            update marts.builds set project_version = '0.4.0', seeds_fingerprint = 'one',
                variables = '{"churn_timing": "end_of_service", "max_pause_days": 90, "reporting_currency": null}';
            update marts.build_inputs set fingerprint = 'one'
        """)
    return path


@pytest.fixture(scope="module")
def write(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Write]:
    """Writes the report of a database, with these settings, and returns it."""
    folder = tmp_path_factory.mktemp("reports")
    with pytest.MonkeyPatch.context() as patch:

        def written(database: Path | str, **settings: str) -> str:
            path = folder / f"{len(list(folder.iterdir()))}.html"
            for name in ("PERIOD", "SHOW_PERSONAL_DATA", "DBT_TARGET"):
                patch.delenv(name, raising=False)
            for name, value in ({"DUCKDB_PATH": str(database), "REPORT_PATH": str(path)} | settings).items():
                patch.setenv(name, value)
            board_report.main()
            return path.read_text()

        yield written


@pytest.fixture(scope="module")
def april(sample: Path, write: Write) -> str:
    """The report of the sample company, nothing set."""
    return write(sample)


@pytest.fixture(scope="module")
def base(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small database of the marts that a report reads: of the metrics, those of the whole company."""
    path = tmp_path_factory.mktemp("base") / "base.duckdb"
    with duckdb.connect(str(path)) as target:
        target.execute(
            f"attach '{sample}' as {sample.stem} (read_only); create schema marts; create schema intermediate"
        )
        named = (
            set(re.findall(r"(?:from|join) marts\.(\w+)", Path(figures.__file__).read_text())) - personal_marts().keys()
        )
        for table in named:
            where = "segment_name = 'all'" if table == "metrics" else "true"
            target.execute(f"create table marts.{table} as select * from {sample.stem}.marts.{table} where {where}")
        currency = "intermediate.int_reporting_currency"
        target.execute(f"create table {currency} as select * from {sample.stem}.{currency}; detach {sample.stem}")
    return path


@pytest.fixture
def copy(base: Path, tmp_path: Path) -> Callable[..., Path]:
    """Makes a database of some rows of these marts, `every` standing for the marts that are not named, which statements may change."""

    def copied(*statements: str, every: str = "true", **rows: str) -> Path:
        path = tmp_path / f"copy{len(list(tmp_path.iterdir()))}.duckdb"
        shutil.copy(base, path)
        with duckdb.connect(str(path)) as target:
            for (table,) in target.execute(
                "select table_name from duckdb_tables() where schema_name = 'marts'"
            ).fetchall():
                target.execute(f"delete from marts.{table} where not ({rows.get(table, every)})")
            for statement in statements:
                target.execute(statement)
        return path

    return copied


def text_of(report: str) -> str:
    """The words of a page, without its charts."""
    body = re.sub(r"<(style|svg)\b.*?</\1>", " ", report, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", body))).replace(" .", ".").replace(" ,", ",")


def marks(report: str, title: str) -> list[dict[str, str]]:
    """What the marks of a chart say of themselves to a screen reader."""
    chart = re.search(rf'<svg role="img" aria-label="{re.escape(title)}.*?</svg>', report, re.DOTALL)
    assert chart, title
    labels = re.findall(r'aria-label="([^"]*value: [^"]*)"', chart[0])
    return [dict(part.split(": ", 1) for part in html.unescape(label).split("; ")) for label in labels]


def number(text: str) -> float:
    """A number as a page or a chart writes it."""
    factor = {"k": 1e3, "M": 1e6, "%": 0.01}.get(text[-1], 1)
    return factor * float(text.rstrip("kM%").replace(MINUS, "-").replace(",", ""))


# its figures


def test_every_figure_is_the_one_of_the_marts(april: str, sample_database: Built) -> None:
    """Value by value to the last digit, and as it is written to the digits that are shown."""
    marts = {
        (metric, over, str(end)): (value, unit)
        for metric, over, end, value, unit in sample_database.query(
            "select metric_name, period_type, period_end, value, unit from marts.metrics inner join marts.metric_definitions using (metric_name)"
            " where segment_name = 'all' and segment_value = 'all'"
        )
    }
    shown = Figures(april).found
    assert len(shown) > 150
    factors = {"%": 100, "h": 1 / 3600, "min": 1 / 60, "s": 1}
    for figure in shown:
        value, unit = marts[figure.metric, figure.over, figure.end]
        assert (float(figure.value) if figure.value else None) == value, figure
        if value is None:
            assert figure.text == "\N{EN DASH}"
            continue
        digits, sign, name = re.fullmatch(r"([^ %a-z]+) ?(%?)([a-z]*)", figure.text).groups()
        decimals = len(digits.partition(".")[2])
        written = value * factors[sign or name] if sign or unit == "seconds" else value
        # steps of the bridge that lower MRR are written with a minus
        given = -number(digits) if figure.text.startswith(MINUS) and value > 0 else number(digits)
        assert abs(given - written) <= 0.5000001 * 10**-decimals, figure


def test_every_figure_of_the_contents_is_shown(april: str) -> None:
    contents = yaml.safe_load(figures.CONTENTS.read_text())
    asked = [*contents["tiles"], *(figure for group in contents["groups"] for figure in group["figures"])]
    asked = {(one, "month") if isinstance(one, str) else (one["metric"], one["over"]) for one in asked}
    assert len(asked) > 40
    for end in ("2025-05-01", "2025-04-01", "2024-05-01"):
        shown = {(figure.metric, figure.over) for figure in Figures(april).found if figure.end == end}
        assert asked - shown == set()


def test_the_contents_name_raw_tables() -> None:
    needed = {table for group in yaml.safe_load(figures.CONTENTS.read_text())["groups"] for table in group["needs"]}
    assert needed
    assert needed <= contract().keys()


def test_the_bridge_leads_from_the_opening_to_the_closing_mrr(april: str) -> None:
    """In the month, the month before and the twelve months; the chart has the same steps."""
    table = april[april.index('<table class="bridge">') : april.index("Steps of customers")]
    for over, end in (("month", "2025-05-01"), ("month", "2025-04-01"), (TRAILING, "2025-05-01")):
        steps = {one.metric: one for one in Figures(table).found if (one.over, one.end) == (over, end)}
        assert len(steps) == len(BRIDGE)
        signed = {metric: BRIDGE[metric] * float(one.value) for metric, one in steps.items()}
        assert sum(signed.values()) - signed["mrr"] == pytest.approx(signed["mrr"], abs=1e-6)
        for metric, one in steps.items():
            assert abs(number(one.text) - signed[metric]) <= 0.5, one
    drawn = re.search(r'aria-label="From the opening to the closing MRR of April 2025.*?</svg>', april, re.DOTALL)[0]
    assert re.findall(rf">([+{MINUS}]?[\d,]+)</text>", drawn)[-10:] == [
        one.text for one in Figures(table).found if (one.over, one.end) == ("month", "2025-05-01")
    ]


def test_charts_draw_what_the_marts_hold(april: str, sample_database: Built) -> None:
    for title, metric, over, per in (
        ("MRR at the close of each month", "mrr", "month", 1),
        ("Net promoter score by month", "net_promoter_score", "month", 1),
        ("Net and gross revenue retention", "net_revenue_retention", TRAILING, 1),
        ("Net and gross revenue retention", "gross_revenue_retention", TRAILING, 1),
        ("MRR at risk", "expected_churned_mrr", "month", 1),
        ("Mean hours to the first response", "average_resolution_time", "month", 3600),
        ("Promoters, passives and detractors", "detractor_share", "month", 1),
    ):
        held = sample_database.query(
            f"select value from marts.metrics where metric_name = '{metric}' and period_type = '{over}' and segment_name = 'all'"
            " and period_end > '2023-04-01' and period_end <= '2025-05-01' and value is not null"
        )
        drawn = [number(mark["value"]) for mark in marks(april, title)]
        assert len(held) > 20
        for (value,) in held:
            assert any(one == pytest.approx(value / per, rel=1e-5, abs=1e-9) for one in drawn), (title, value)


def test_cohorts_are_blank_where_nothing_is_known(april: str, sample_database: Built) -> None:
    for title, column in (
        ("Customer retention by cohort", "customer_retention_rate"),
        ("Revenue retention by cohort", "revenue_retention_rate"),
    ):
        drawn = {
            (mark["cohort"].partition(" (")[0], int(mark["months since the first paid month"])): number(mark["value"])
            for mark in marks(april, title)
        }
        held = {
            (cohort, age): value
            for cohort, age, value in sample_database.query(
                f"select strftime(cohort_month, '%b %Y'), age_months, {column} from marts.cohort_retention"
                f" where cohort_month > '2023-04-01' and month_start <= '2025-04-01' and {column} is not null"
            )
        }
        assert drawn.keys() == held.keys()
        assert drawn == pytest.approx(held, rel=1e-9)
        assert ("Apr 2025", 1) not in drawn


@pytest.mark.parametrize("month", ["2025-04-01", "2024-11-01", "2023-06-01", "2025-05-01"])
def test_customers_at_risk_are_those_that_the_metric_counts(
    month: str, sample: Path, sample_database: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the close of a month, and of the open one on the as-of day: as many, with as much MRR."""
    monkeypatch.setattr(figures, "CUSTOMERS_SHOWN", 1_000_000)
    with duckdb.connect(str(sample), read_only=True) as database:
        marts = Marts(database)
        chosen = next(one for one in figures.months(marts) if str(one.start) == month)
        listed, count = figures._at_risk(marts, chosen, figures._builds(marts)[-1])
    ((customers, mrr),) = sample_database.query(
        "select max(value) filter (where metric_name = 'at_risk_customers'), max(value) filter (where metric_name = 'mrr_at_risk')"
        f" from marts.metrics where period_type = 'month' and segment_name = 'all' and period_start = '{month}'"
    )
    assert len(listed) == count == customers > 0
    assert sum(one.mrr for one in listed) == pytest.approx(mrr)
    assert all(one.colour == "red" or one.is_predicted for one in listed)
    assert all(one.lost_by or one.colour != "red" for one in listed)


def test_customers_at_risk_are_listed(april: str, sample_database: Built) -> None:
    largest = sample_database.query(
        "select customer_id from marts.customer_health where score_day = '2025-04-30' and colour = 'red' order by mrr desc limit 5"
    )
    listed = re.findall(r"<td>(cus_\d+)</td>", april)
    assert len(listed) == figures.CUSTOMERS_SHOWN
    assert {customer for (customer,) in largest} <= set(listed)
    assert "The 15 of 38 customers at risk that pay most" in text_of(april)


# which month


def test_a_month_that_is_asked_for(sample: Path, write: Write) -> None:
    """Nothing in it is of a later one."""
    report = write(sample, PERIOD="2024-02")
    assert "Board report February 2024" in text_of(report)
    assert max(figure.end for figure in Figures(report).found) == "2024-03-01"
    assert {mark["cohort"].partition(" (")[0] for mark in marks(report, "Customer retention")} >= {"Feb 2024"}
    later = r"\b(Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) 2024|\b2025\b"
    assert not re.search(
        later, re.sub(r"as of \d+ \w+ \d+.*?version", "", text_of(report).partition("What changed")[0])
    )


def test_an_open_month_says_so(sample: Path, write: Write, april: str) -> None:
    report = write(sample, PERIOD="2025-05")
    assert "This month is not over: its figures are those of 13 May 2025, and will change." in text_of(report)
    assert "This month is not over" not in april


def test_figures_that_still_change_are_marked(april: str) -> None:
    assert "will still change, since outcomes are awaited: Renewal rate, 12 months, Survey response rate" in text_of(
        april
    )
    row = april[april.index("<td>Survey response rate</td>") :].partition("</tr>")[0]
    assert row.count('class="open"') == 1, "the months before have their outcomes"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"PERIOD": "2031-01"},
            r"PERIOD is 2031-01: .*\.duckdb has no figures of that month\. It has 2021-12 to 2025-05\.",
        ),
        ({"PERIOD": "April"}, r"PERIOD is April, which is no month\. Expected YYYY-MM, such as 2026-03\."),
        ({"PERIOD": "2025-13"}, r"PERIOD is 2025-13, which is no month\."),
        ({"SHOW_PERSONAL_DATA": "yes"}, r"SHOW_PERSONAL_DATA is yes\. Expected 1 or 0\."),
        ({"REPORT_PATH": "."}, r"REPORT_PATH is \., a folder\. Expected the path of a file"),
        ({"REPORT_PATH": "/dev/null/report.html"}, r"REPORT_PATH is /dev/null/report\.html, which cannot be written"),
        ({"DUCKDB_PATH": "nowhere.duckdb"}, r"There is no nowhere\.duckdb yet: make build DUCKDB_PATH=nowhere\.duckdb"),
    ],
)
def test_what_cannot_be_is_said_in_one_message(
    settings: dict[str, str], message: str, sample: Path, write: Write
) -> None:
    with pytest.raises(Stop) as stopped:
        write(sample, **settings)
    assert re.match(message, str(stopped.value)), stopped.value


def test_a_wrong_name_in_the_contents_is_said(
    sample: Path, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = tmp_path / "contents.yml"
    contents.write_text(figures.CONTENTS.read_text().replace("- quick_ratio", "- quick_rato", 1))
    monkeypatch.setattr(figures, "CONTENTS", contents)
    with pytest.raises(Stop, match=r"report/contents\.yml: quick_rato is no metric\."):
        write(sample)


# nothing but itself


def test_it_asks_nobody_for_anything(april: str, browser: Browser, tmp_path: Path) -> None:
    """One request, for the page; no script, no message in the console, nothing wider than a telephone but what scrolls by itself."""
    path = tmp_path / "report.html"
    path.write_text(april)
    view = browser.new_page(viewport={"width": 400, "height": 800})
    requests: list[str] = []
    messages: list[str] = []
    view.on("request", lambda request: requests.append(request.url))
    view.on("console", lambda message: messages.append(message.text))
    view.on("pageerror", lambda error: messages.append(str(error)))
    view.goto(path.as_uri())
    assert requests == [path.as_uri()]
    assert not messages
    assert view.evaluate("document.documentElement.scrollWidth") == 400
    # whatever got in after all would not be run
    path.write_text(april.replace("</body>", "<script>window.isRun = 1</script></body>"))
    view.goto(path.as_uri())
    assert view.evaluate("window.isRun === undefined")
    # a data table that is printed does not run over the edge of the paper
    view.emulate_media(media="print")
    view.set_viewport_size({"width": 690, "height": 1000})
    assert view.evaluate("document.documentElement.scrollWidth") == 690
    pages = {size: len(re.findall(rb"/Type\s*/Page\b", view.pdf(format=size))) for size in ("A4", "Letter")}
    view.close()
    assert 5 <= pages["A4"] <= pages["Letter"] <= 10, pages
    assert not re.search(r"<(script|link|img|iframe|object|embed)\b|@import|url\(|javascript:", april)


def test_what_is_in_the_data_is_only_text(
    copy: Callable[..., Path], write: Write, browser: Browser, tmp_path: Path
) -> None:
    """In tables and in charts, in attributes and in words."""
    evil = '</text><script>window.isRun = 1</script><img src=x onerror="window.isRun = 1">\'"&'
    quoted = evil.replace("'", "''")
    report = write(
        copy(
            f"update marts.churn_predictions set plan = '{quoted}', csm = '{quoted}'",
            f"update marts.churn_reasons set churn_reason = '{quoted}'",
            f"update marts.feedback_themes set theme = '{quoted}' where theme = 'support'",
            f"update marts.metric_definitions set label = '{quoted}', description = '{quoted}' where metric_name = 'mrr'",
            f"update marts.builds set project_version = '{quoted}'",
        )
    )
    path = tmp_path / "evil.html"
    path.write_text(report)
    view = browser.new_page()
    view.goto(path.as_uri())
    assert view.evaluate("window.isRun === undefined")
    assert view.locator("script, img").count() == 0
    assert evil in view.locator(".risks").inner_text()
    assert view.locator("svg text", has_text="window.isRun").count() >= 2, "the charts of reasons and of themes"
    view.close()


# what is not there


def test_an_empty_company(copy: Callable[..., Path], write: Write, april: str) -> None:
    """Marts without rows but for the build that made them."""
    report = write(copy(every="false", builds="true", build_inputs="true", metric_definitions="true"))
    assert "There is no month to report on" in text_of(report)
    assert not re.search("<svg|<table|nan|None", report)
    assert "There is no month to report on" not in april


def test_a_company_without_customers(copy: Callable[..., Path], write: Write) -> None:
    """Months there are, but nobody in them: amounts and counts are 0, everything else has no value."""
    nobody = (
        "update marts.metrics set numerator = 0, denominator = 0, lower_bound = null, upper_bound = null, sample_size = null,"
        " is_small_sample = null, value = case when metric_name in"
        " (select metric_name from marts.metric_definitions where kind in ('amount', 'count')) then 0 end"
    )
    tables = {"metrics": "true", "metric_definitions": "true", "builds": "true", "build_inputs": "true"}
    report = write(copy(nobody, every="false", **tables))
    text = text_of(report)
    for sentence in (
        "No movement of MRR in April 2025.",
        "Nobody left in the twelve months to April 2025.",
        "Cohorts are drawn from the second month on in which somebody pays.",
        "There is no net promoter score to draw: fewer than two months have answers.",
        "No answers to distribute.",
        "There are no response times to draw: fewer than two months have tickets.",
        "No customer was at risk at the close of the month, or none was scored.",
    ):
        assert sentence in text, sentence
    assert not re.search(r"\b(nan|None|inf)\b", text)


def test_a_first_month(copy: Callable[..., Path], write: Write) -> None:
    """Nothing to compare it with and nothing to draw a line through."""
    month = "period_start = '2025-04-01'"
    report = write(
        copy(
            metrics=f"period_type = 'month' and {month}",
            cohort_retention="cohort_month = '2025-04-01' and age_months = 0",
            churn_reasons=f"period_type = 'month' and {month}",
            feedback_themes=f"period_type = 'month' and {month}",
        )
    )
    text = text_of(report)
    assert "MRR is 483,162." in text
    assert "MRR is drawn from the second month on." in text
    assert text.count("The data does not reach back twelve months.") == 2
    assert not re.search(r"\b(nan|None)\b", text)
    assert {figure.text for figure in Figures(report).found if figure.end != "2025-05-01"} == {"\N{EN DASH}"}


def test_a_domain_that_is_missing(copy: Callable[..., Path], write: Write, april: str) -> None:
    """Its figures are left out, and the page says which raw table had no rows."""
    voice = "metric_name in (select metric_name from marts.metric_definitions where family = 'voice')"
    report = write(
        copy(
            f"delete from marts.metrics where {voice}",
            "update marts.build_inputs set row_count = 0 where table_name = 'survey_responses'",
            feedback_themes="false",
        )
    )
    text = text_of(report)
    assert "No figures: survey_responses had no rows." in text
    assert "No texts with a theme in the twelve months to April 2025." in text
    assert not [figure for figure in Figures(report).found if figure.metric.startswith("net_promoter")]
    assert "NPS is" not in text
    assert "had no rows" not in text_of(april)


# persons


def personal_values(database: Built) -> set[str]:
    """What stands in the marked columns that a report could show, but for values that are words as well."""
    found = set()
    for mart, columns in personal_marts().items():
        for column in columns:
            if column in ("customer_name", "email", "csm_name", "override_author"):
                found |= {value for (value,) in database.query(f"select distinct {column} from marts.{mart}") if value}
    return found


def test_nobody_is_named_unless_that_is_asked_for(
    april: str, sample: Path, sample_database: Built, write: Write
) -> None:
    values = personal_values(sample_database)
    assert len(values) > 100
    words = text_of(april)
    assert not [value for value in values if re.search(rf"\b{re.escape(value)}\b", words)]
    named = write(sample, SHOW_PERSONAL_DATA="1")
    listed = re.findall(r"<td>([^<]+)<br><small>cus_\d+</small></td>", named)
    assert len(listed) > 5
    assert {html.unescape(name) for name in listed} <= values
    assert "Holds personal data" in text_of(named)
    assert Figures(named).found == Figures(april).found


def test_marts_with_personal_data_are_refused(sample: Path) -> None:
    """By the mark in their YAML, whatever they are read for."""
    assert {"customers", "customer_360", "feedback"} <= personal_marts().keys()
    assert personal_marts()["customers"] == ["customer_name", "email"]
    with duckdb.connect(str(sample), read_only=True) as database:
        for mart in personal_marts():
            with pytest.raises(Personal, match=f"{mart} holds personal data"):
                Marts(database).rows(f"select count(*) from marts.{mart}")
        assert Marts(database, shows_personal_data=True).rows("select count(*) from marts.customers")[0][0] > 0
        assert Marts(database).rows("select count(*) from marts.tickets")[0][0] > 0


# what changed since it was published

BUILD_OF_MARCH = (
    "update marts.builds set build_id = 3; update marts.build_inputs set build_id = 3;"
    " insert into marts.builds select * replace (1 as build_id, date '2025-03-31' as as_of_day,"
    " timestamp '2025-04-01 06:00:00' as built_at,"
    " replace(variables, '\"max_pause_days\": 90', '\"max_pause_days\": 60') as variables,"
    " 'another' as seeds_fingerprint, '0.3.9' as project_version)"
    " from marts.builds"
)
BUILD_OF_APRIL = (
    "insert into marts.builds select * replace (2 as build_id, date '2025-04-30' as as_of_day, timestamp '2025-05-01 06:00:00' as built_at)"
    " from marts.builds where build_id = 3;"
    " insert into marts.build_inputs select * replace (2 as build_id,"
    " case when table_name in ('invoices', 'orders') then 'another' else fingerprint end as fingerprint) from marts.build_inputs"
)


def revision(
    build: int, metric: str, month: str, old: float, new: float, closed: bool = False, segment: str = "all"
) -> str:
    return (
        "insert into marts.metric_revisions by name select"
        f" {build} as build_id, timestamp '2025-05-02 06:00:00' as revised_at, {build - 1} as previous_build_id, '{metric}' as metric_name,"
        f" 'month' as period_type, date '{month}' as period_start, date '{month}' + interval 1 month as period_end, '{segment}' as segment_name,"
        f" '{segment}' as segment_value, 'changed' as revision, {closed} as is_closed, true as is_complete, {old} as old_value, {new} as new_value,"
        " 'invoices, orders' as changed_tables, false as is_code_changed, false as are_seeds_changed, true as are_settings_changed,"
        " false as is_as_of_day_changed"
    )


def test_the_first_build_has_none_to_compare_with(april: str) -> None:
    text = text_of(april)
    assert "This is the first build that the database remembers: there is none to compare it with." in text
    assert "No published figure changed since the month began." in text
    assert "The books of April 2025 are not closed: its figures may still be restated. No closed figure differs" in text


def test_changed_settings_and_builds_are_told(copy: Callable[..., Path], write: Write) -> None:
    text = text_of(write(copy(BUILD_OF_MARCH, BUILD_OF_APRIL)))
    assert "Against build 1 of 2025-04-01 06:00 UTC, the last one of before April 2025:" in text
    assert "Setting was is max_pause_days 60 90 Build" in text, "and no other one"
    assert (
        "version 0.3.9 became 0.4.0; the seeds changed; settings changed: max_pause_days; the as-of day moved from 2025-03-31"
        in text
    )
    assert "raw tables changed: invoices, orders; the as-of day moved from 2025-04-30 to 2025-05-13" in text


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ("null", "One of the two builds recorded no settings, so that they cannot be compared."),
        ("variables", "No setting changed."),
    ],
)
def test_settings_that_are_the_same_or_not_recorded(
    variables: str, sentence: str, copy: Callable[..., Path], write: Write
) -> None:
    march = re.sub(r"replace\(variables, .*?\) as variables", f"{variables} as variables", BUILD_OF_MARCH)
    assert sentence in text_of(write(copy(march)))


def test_restated_figures_are_told_as_they_were_first_and_are_now(copy: Callable[..., Path], write: Write) -> None:
    report = write(
        copy(
            BUILD_OF_MARCH,
            BUILD_OF_APRIL,
            revision(1, "mrr", "2025-01-01", 1, 2),
            revision(2, "mrr", "2025-02-01", 400_000, 410_000),
            revision(3, "mrr", "2025-02-01", 410_000, 415_000, closed=True),
            revision(3, "mrr", "2025-02-01", 10, 11, segment="plan"),
            revision(3, "customer_churn_rate", "2025-03-01", 0.02, 0.03),
            revision(3, "paying_customers", "2024-12-01", 200, 201),
            revision(3, "average_mrr", "2025-03-01", 1, 2),
        )
    )
    text = text_of(report)
    assert (
        "builds changed 6 published figures of 4 metrics, segments and all period types counted; 1 of them in closed books."
        in text
    )
    assert "6 published figures of 4 metrics changed since the month began, 1 of them in closed books" in text
    assert "MRR closed Feb 2025 400,000 415,000 +15,000 invoices, orders, the settings" in text
    assert "Customer churn rate Mar 2025 2.0% 3.0% +1.0 pp invoices, orders, the settings" in text
    section = text[text.index("What was restated") : text.index("Closed books")]
    assert "Jan 2025" not in section, "a revision of before the month"
    assert re.findall(r"(\w{3} 20\d\d) ", section) == ["Feb 2025", "Mar 2025", "Dec 2024"], (
        "closed ones, then the latest"
    )
    assert "Average MRR" not in section, "no figure of this report"


def test_closed_books_are_told(copy: Callable[..., Path], write: Write) -> None:
    closed = (
        "insert into marts.metrics_as_closed by name select 1 as build_id, timestamp '2025-05-08 06:00:00' as closed_at, * exclude"
        " (lower_bound, upper_bound, sample_size, is_small_sample) from marts.metrics"
        " where period_type = 'month' and period_start = '2025-04-01' and metric_name = 'mrr'"
    )
    differing = (
        "insert into marts.closed_metric_differences by name select 'mrr' as metric_name, 'month' as period_type, date '2025-02-01' as period_start,"
        " date '2025-03-01' as period_end, 'all' as segment_name, 'all' as segment_value, 390000 as closed_value, 400000 as current_value"
    )
    text = text_of(write(copy(closed, differing)))
    assert "The books of April 2025 were closed in the build of 2025-05-08 06:00 UTC." in text
    assert "1 closed figure would be another today." in text
    assert "MRR Feb 2025 390,000 400,000 +10,000" in text


# elsewhere


def test_a_reporter_gets_the_same_report_from_postgresql(
    let_in: Callable[[str, str], None], sample_server: dict[str, str], april: str, write: Write
) -> None:
    """Who may read the marts without personal data needs no more; only the currency, which is not in them, stays unsaid."""
    let_in("clara", "reporter")
    settings = sample_server | {"POSTGRES_USER": "clara", "DBT_TARGET": "postgres"}
    report = write("unused.duckdb", **settings)
    assert [figure[:3] for figure in Figures(report).found] == [figure[:3] for figure in Figures(april).found]
    assert [figure.text for figure in Figures(report).found] == [figure.text for figure in Figures(april).found]
    of_charts = r'aria-label="[^"]*value: [^"]*"'
    assert len(re.findall(of_charts, report)) == len(re.findall(of_charts, april)) > 500
    assert re.findall(r"<td>(cus_\d+)</td>", report) == re.findall(r"<td>(cus_\d+)</td>", april)


def test_its_questions_are_read_by_every_engine(sample: Path) -> None:
    """Spark's and PostgreSQL's grammar has them, too; the figures on PostgreSQL are compared above."""
    asked: list[str] = []
    with duckdb.connect(str(sample), read_only=True) as database:

        class Listening:
            def execute(self, sql: str, parameters: Any = ()) -> Any:
                asked.append(sql)
                return database.execute(sql, parameters)

        marts = Marts(Listening(), shows_personal_data=True)
        figures.read(marts, figures.months(marts)[-2], "USD")
    assert len(asked) >= 17
    for sql in asked:
        for dialect in ("spark", "postgres"):
            sqlglot.parse_one(sql.replace("?", "date '2025-01-01'"), dialect=dialect)


# how figures are written


def test_a_change_within_both_intervals_is_neither_good_nor_bad() -> None:
    definition = figures.Definition("x", "X", "", "", "ratio", "ratio", "lower", "wilson", "", "")
    cell = figures.NOTHING._replace
    wide, other = cell(value=0.02, lower=0.01, upper=0.05), cell(value=0.04, lower=0.03, upper=0.06)
    far = cell(value=0.2, lower=0.1, upper=0.3)
    verdict = page.wording.verdict
    assert verdict(wide, other, definition) == "unclear"
    assert verdict(far, other, definition) == "bad"
    assert verdict(other, far, definition) == "good"
    assert verdict(cell(value=0.02), cell(value=0.04), definition) == "good"
    assert verdict(cell(value=0.02), cell(value=0.04), definition._replace(better="neither")) == "neutral"


def test_durations_are_written_alike_in_a_row() -> None:
    definition = figures.Definition("x", "X", "", "", "seconds", "ratio", "lower", None, "", "")
    now, then = figures.NOTHING._replace(value=7200.0), figures.NOTHING._replace(value=1800.0)
    assert page.wording.value(then.value, definition, like=now.value) == "0.5 h"
    assert page.wording.change(now, then, definition) == "+1.5 h"
    assert page.wording.change(now, now, definition) == "0.0 h"
    assert page.wording.interval(now._replace(lower=3600.0, upper=10800.0), definition) == "1.0 to 3.0 h"


def test_the_axis_of_the_bridge_begins_above_zero_only_where_it_must() -> None:
    total = {"kind": "total", "start": 0.0}
    assert charts.floor_of([total | {"end": 1000.0}, {"kind": "up", "start": 1000.0, "end": 1010.0}]) == 990
    assert charts.floor_of([total | {"end": 10.0}, {"kind": "up", "start": 10.0, "end": 1010.0}]) == 0
    assert charts.floor_of([total | {"end": 0.0}, {"kind": "down", "start": 0.0, "end": -5.0}]) == -5


def test_months_before() -> None:
    day = datetime.date
    assert figures.before(day(2025, 1, 1), 1) == day(2024, 12, 1)
    assert figures.before(day(2025, 12, 1), 12) == day(2024, 12, 1)
    assert figures.before(day(2025, 3, 1), 0) == day(2025, 3, 1)


def test_without_a_complete_month_the_latest_one_is_taken() -> None:
    day = datetime.date
    months = [Month(day(2025, 1, 1), day(2025, 2, 1), True), Month(day(2025, 2, 1), day(2025, 3, 1), False)]
    assert board_report._chosen(months, None, None) == months[0]
    assert board_report._chosen(months[1:], None, None) == months[1]
    assert board_report._chosen([], None, None) is None
    assert Figure("mrr").over == "month"


def test_charts_and_text_have_the_same_colours_of_good_and_bad() -> None:
    style = (PROJECT / "report/report.css").read_text()
    assert re.findall(r"--(?:good|bad): (#\w+)", style) == [charts.GOOD, charts.BAD]

"""
The dashboard: every page on several companies, its figures against marts.metrics, its address, what it hides, what it leaves alone. Most pages run
without a browser, in Streamlit's AppTest; some are looked at in a real one.
"""

from __future__ import annotations

import datetime
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import psycopg2
import pytest
import yaml
from streamlit.testing.v1 import AppTest

from tests.conftest import Built
from tests.harness import PROJECT, postgres_environment, postgres_query
from tests.publishing import digest, settings

sys.path.insert(0, str(PROJECT / "scripts"))
from console import Stop
from dashboard import charts, data, formats
from inputs import PROJECT as READ_FROM

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

APP = PROJECT / "dashboard/app.py"
PAGES = sorted(path.stem for path in (PROJECT / "dashboard/screens").glob("*.py"))
TITLES = {name: name.capitalize() for name in PAGES} | {"explorer": "Metric explorer"}
MONTH, PLAN = datetime.date(2025, 4, 1), "Core Team"
# what would be a script, and bold letters, if anything but text were made of it
SCRIPT = (
    "<script>window.ran = true</script><img src=x onerror='window.ran = true'> **bold** [link](javascript:alert(1)) $x$"
)
SECONDS_TO_START = 90
MILLISECONDS_TO_SHOW = 60_000
PICTURES = ("overview", "retention")


# Companies -------------------------------------------------------------------------------------------------------------------


class Companies(NamedTuple):
    """DuckDB files with marts as tables: the sample company, nothing at all, one month and no trained model, and nothing but what is billed."""

    sample: Path
    empty: Path
    one_month: Path
    billing: Path


@pytest.fixture(scope="module")
def companies(sample_database: Built, tmp_path_factory: pytest.TempPathFactory) -> Companies:
    folder = tmp_path_factory.mktemp("companies")
    sample = folder / "sample.duckdb"
    # by a connection of the build, since dbt goes on to hold its file
    query_build = sample_database.query
    tables = query_build("select table_name from information_schema.tables where table_schema = 'marts'")
    copies = [f"create table sample.marts.{name} as from marts.{name};" for (name,) in tables]
    query_build(f"""
        attach '{sample}' as sample;
        create schema sample.marts;
        create schema sample.intermediate;
        create table sample.intermediate.int_reporting_currency as from intermediate.int_reporting_currency;
        {"".join(copies)}
        detach sample;
        select 1
    """)
    with duckdb.connect(str(sample)) as copy:
        copy.execute("update marts.feedback set text = ? where said_date = '2025-04-30'", [SCRIPT])
    one_month = _cut(sample, folder / "one_month.duckdb", _one_month)
    with duckdb.connect(str(one_month)) as copy:
        copy.execute("update marts.customer_360 set churn_probability = null, churn_risk_tier = null")
        copy.execute(
            "update marts.churn_predictions set probability = null, reason_1 = null, reason_2 = null, reason_3 = null"
        )
    return Companies(
        sample,
        _cut(sample, folder / "empty.duckdb", lambda name, columns: "false"),
        one_month,
        _cut(sample, folder / "billing.duckdb", _billing),
    )


def _cut(sample: Path, path: Path, condition: Callable[[str, set[str]], str]) -> Path:
    """A copy with some of the rows; definitions and builds are there in any."""
    shutil.copy(sample, path)
    with duckdb.connect(str(path)) as copy:
        columns: dict[str, set[str]] = {}
        for name, column in copy.execute(
            "select table_name, column_name from information_schema.columns where table_schema = 'marts'"
        ).fetchall():
            columns.setdefault(name, set()).add(column)
        for name in columns.keys() - {"metric_definitions", "builds"}:
            copy.execute(f"delete from marts.{name} where not ({condition(name, columns[name])})")
    return path


def _one_month(name: str, columns: set[str]) -> str:
    if name == "cohort_retention":
        return f"cohort_month = '{MONTH}' and age_months = 0"
    if name == "survival_curves":
        return "age_months = 0"
    if {"period_type", "period_start"} <= columns:
        return f"period_start >= '{MONTH}' and period_start < '2025-05-01' and period_type in ('month', 'day')"
    return "score_day = '2025-04-30'" if "score_day" in columns else "true"


def _billing(name: str, columns: set[str]) -> str:
    """Nobody was asked, nothing was used, no ticket was written."""
    if name == "metrics":
        return (
            "metric_name in (select metric_name from marts.metric_definitions where family in ('revenue', 'retention'))"
        )
    billed = ("customer", "mrr_mov", "cohort", "survival", "churn_reasons", "trained")
    return "true" if name.startswith(billed) and "health" not in name else "false"


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets what the dashboard reads."""
    for name in ("DBT_TARGET", "SHOW_PERSONAL_DATA", *(name for name in os.environ if name.startswith("POSTGRES_"))):
        monkeypatch.delenv(name, raising=False)

    def choose(path: Path | None = None, **environment: str) -> None:
        for name, value in environment.items() | ({("DUCKDB_PATH", str(path))} if path else set()):
            monkeypatch.setenv(name, value)

    return choose


def opened(page: str = "overview", **address: str) -> AppTest:
    """The dashboard with a page open."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for key, value in address.items():
        app.query_params[key] = value
    app.run()
    return turned(app, page) if page != "overview" else app


def turned(app: AppTest, page: str) -> AppTest:
    """The same dashboard, at another page."""
    return app.switch_page(f"screens/{page}.py").run()


def said(app: AppTest) -> list[str]:
    """The sentences in the place of what is not there."""
    return [unescaped(one.value) for one in app.info]


def unescaped(text: str) -> str:
    """What a reader of Markdown sees."""
    return re.sub(r"\\(.)", r"\1", text)


def query(path: Path, sql: str, *parameters: Any) -> list[tuple]:
    with duckdb.connect(str(path), read_only=True) as database:
        return database.execute(sql, parameters).fetchall()


# Every page ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("company", Companies._fields)
def test_every_page_opens(companies: Companies, chosen: Callable, company: str) -> None:
    """On any company there is neither an exception nor an error, but a chart or a sentence."""
    chosen(getattr(companies, company))
    app = opened()
    for page in ("overview", *(page for page in PAGES if page != "overview")):
        if page != "overview":
            turned(app, page)
        assert not app.exception, f"{page} of {company}: {app.exception[0].message}"
        assert not app.error, f"{page} of {company}: {app.error[0].value}"
        drawn = app.get("vega_lite_chart") or app.get("arrow_vega_lite_chart")
        assert drawn or app.metric or app.info, f"{page} of {company} shows nothing"
        if company == "empty":
            assert said(app) == [
                "There is nothing to show yet: the build has no figure of any period. It needs at least one subscription that has begun."
            ]
        else:
            assert [unescaped(title.value) for title in app.title] == [TITLES[page]]
        if company == "sample":
            assert not [text for text in said(app) if "Nothing to show" in text and "customer" not in text], page


def test_a_missing_domain_is_a_sentence(companies: Companies, chosen: Callable) -> None:
    chosen(companies.billing)
    app = opened()
    for page, table in (("support", "ticket"), ("voice", "survey"), ("product", "usage"), ("health", "evidence")):
        (sentence,) = said(turned(app, page))
        assert (
            sentence.startswith("There is nothing to show here: the raw data of this build has no")
            and table in sentence
        )


@pytest.mark.parametrize("page", ["revenue", "retention", "health", "explorer"])
@pytest.mark.parametrize("period_type", ["quarter", "trailing_year"])
def test_other_period_types_and_segments(companies: Companies, chosen: Callable, page: str, period_type: str) -> None:
    chosen(companies.sample)
    app = opened(page, period_type=period_type, segment="plan", value=PLAN)
    assert not app.exception
    assert not app.error
    assert PLAN in unescaped(app.caption[-1].value) or any(PLAN in unescaped(one.value) for one in app.caption)


def test_what_is_nowhere_is_told(companies: Companies, chosen: Callable, tmp_path: Path) -> None:
    chosen(tmp_path / "none.duckdb")
    (error,) = opened().error
    assert unescaped(error.value).startswith("There is no ") and "make build" in error.value
    with duckdb.connect(str(tmp_path / "other.duckdb")) as other:
        other.execute("create table somebody_elses as select 1 as a")
    chosen(tmp_path / "other.duckdb")
    (error,) = opened().error
    assert "could not be read" in error.value


# Figures ---------------------------------------------------------------------------------------------------------------------

UNITS = {
    "%": 0.01,
    " pp": 0.01,
    " h": 3600,
    " min": 60,
    " s": 1,
    " d": 86400,
    " M": 1e6,
    " months": 1,
    " days": 1,
    "": 1,
}


def number(text: str) -> tuple[float, float]:
    """A figure as it is written, in the unit of marts.metrics, and half of its last digit."""
    digits, unit = re.fullmatch(r"([+-]?[\d,.]+)(.*)", unescaped(text)).groups()
    decimals = len(digits.partition(".")[2])
    return float(digits.replace(",", "")) * UNITS[unit], 0.5 * 10**-decimals * UNITS[unit] * 1.0001


@pytest.mark.parametrize(
    ("period_type", "period", "before", "segment", "value"),
    [
        ("month", "2025-04-01", "2025-03-01", "all", "all"),
        ("month", "2024-03-01", "2024-02-01", "plan", PLAN),
        ("quarter", "2025-01-01", "2024-10-01", "country", "DE"),
        ("trailing_year", "2024-05-01", "2024-04-01", "all", "all"),
    ],
)
def test_tiles_are_the_metrics(
    companies: Companies, chosen: Callable, period_type: str, period: str, before: str, segment: str, value: str
) -> None:
    """Values and changes, all of them, against marts.metrics."""
    chosen(companies.sample)
    app = opened(period_type=period_type, period=period, segment=segment, value=value)
    found = query(
        companies.sample,
        "select label, period_start, value from marts.metrics inner join marts.metric_definitions using (metric_name)"
        " where period_type = ? and segment_name = ? and segment_value = ?",
        period_type,
        segment,
        value,
    )
    values = {(label, str(start)): figure for label, start, figure in found}
    assert len(app.metric) == 20
    compared = 0
    for tile in app.metric:
        label = unescaped(tile.label)
        now, then = values.get((label, period)), values.get((label, before))
        if now is None:
            assert unescaped(tile.value) == "-"
            continue
        shown, tolerance = number(tile.value)
        assert abs(shown - now) <= tolerance, f"{label}: {tile.value} is not {now}"
        if then is None:
            assert not tile.delta
            continue
        change, tolerance = number(tile.delta)
        assert abs(change - (now - then)) <= tolerance, f"{label}: {tile.delta} is not {now - then}"
        compared += 1
    assert compared >= 8


def test_the_bridge_leads_from_opening_to_closing(
    companies: Companies, chosen: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The steps that are drawn end where MRR is; also of a plan, where customers come from other plans."""
    chosen(companies.sample)
    drawn = []
    draw = charts.waterfall
    monkeypatch.setattr(charts, "waterfall", lambda steps, *rest: drawn.append(steps) or draw(steps, *rest))
    opened("revenue", period="2025-04-01")
    opened("revenue", period="2024-03-01", segment="plan", value=PLAN)
    assert len(drawn) == 2
    for steps in drawn:
        assert abs(steps["end"].iloc[-2] - steps["end"].iloc[-1]) < 1e-6
        assert len(steps) > 4


def test_cohorts_that_are_not_over_stay_blank(
    companies: Companies, chosen: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen(companies.sample)
    drawn = []
    draw = charts.heat_map
    monkeypatch.setattr(charts, "heat_map", lambda table, *rest: drawn.append(table) or draw(table, *rest))
    opened("retention")
    cells = {(row.row, row.column): row.value for row in drawn[0].itertuples()}
    known = query(
        companies.sample,
        "select strftime(cohort_month, '%b %Y') || ' (' || cohort_customers || ')', age_months, customer_retention_rate"
        " from marts.cohort_retention where cohort_customers > 0 and cohort_month >= '2023-05-01' and age_months < 24",
    )
    assert {(row, age): rate for row, age, rate in known if rate is not None} == cells
    assert len(cells) < len(known)


# The address -----------------------------------------------------------------------------------------------------------------


def test_a_view_stands_in_the_address(companies: Companies, chosen: Callable) -> None:
    """What is chosen is written there, stays there from page to page, and brings the view back."""
    chosen(companies.sample)
    app = opened()
    assert {key: app.query_params[key] for key in ("period_type", "period", "segment")} == {
        "period_type": "month",
        "period": "2025-04-01",
        "segment": "all",
    }
    app.selectbox(key="period").set_value("2024-10-01").run()
    app.selectbox(key="segment").set_value("plan").run()
    app.selectbox(key="value").set_value(PLAN).run()
    turned(app, "revenue")
    app.selectbox(key="by").set_value("country").run()
    address = dict(app.query_params)
    assert address == {
        "period_type": "month",
        "period": "2024-10-01",
        "segment": "plan",
        "value": PLAN,
        "by": "country",
    }
    sent = opened("overview", **address)
    turned(app, "overview")
    assert [tile.value for tile in sent.metric] == [tile.value for tile in app.metric]
    assert sent.metric[0].value != opened().metric[0].value


def test_what_no_view_has_is_passed_over(companies: Companies, chosen: Callable) -> None:
    chosen(companies.sample)
    app = opened(period_type="fortnight", period="1999-01-01", segment="'; drop table", value="<b>")
    assert not app.exception
    assert [tile.value for tile in app.metric] == [tile.value for tile in opened().metric]


def test_a_customer_can_be_sent(companies: Companies, chosen: Callable) -> None:
    chosen(companies.sample)
    ((customer, mrr),) = query(
        companies.sample,
        "select customer_id, mrr from marts.customer_360 where mrr > 0 order by mrr, customer_id limit 1",
    )
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    app.query_params["customer"] = customer
    turned(app, "customer")
    assert unescaped(app.subheader[0].value) == customer
    assert number(app.metric[0].value)[0] == round(float(mrr))
    app.query_params["customer"] = "nobody"
    app.run()
    assert "There is no customer nobody" in unescaped(app.warning[0].value)


# A new publication -----------------------------------------------------------------------------------------------------------


def replaced(path: Path, factor: float) -> None:
    """The file replaced by one with another MRR, as a build does."""
    new = path.with_name("new.duckdb")
    shutil.copy(path, new)
    with duckdb.connect(str(new)) as database:
        database.execute(f"update marts.metrics set value = value * {factor} where metric_name = 'mrr'")
    new.replace(path)


def test_what_is_published_anew_is_read(companies: Companies, chosen: Callable, tmp_path: Path) -> None:
    path = tmp_path / "published.duckdb"
    shutil.copy(companies.one_month, path)
    chosen(path)
    app = opened()
    before = number(app.metric[0].value)[0]
    replaced(path, 2)
    app.run()
    assert abs(number(app.metric[0].value)[0] - 2 * before) <= 1


def test_nothing_is_written_and_nobody_kept_out(companies: Companies, chosen: Callable, tmp_path: Path) -> None:
    """The file stays as it is, byte for byte; what writes is refused; and when a page is shown the file is closed."""
    path = tmp_path / "published.duckdb"
    shutil.copy(companies.one_month, path)
    chosen(path)
    before = digest(path)
    app = opened()
    for page in PAGES:
        if page != "overview":
            turned(app, page)
    assert digest(path) == before
    assert not path.with_suffix(".duckdb.wal").exists()
    with pytest.raises(Stop, match="read-only"), data.reading():
        data.rows("delete from marts.builds returning build_id")
    # another process may write
    write = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('create table mine as select 1 as a')"
    subprocess.run([sys.executable, "-c", write, str(path)], check=True)


# Personal data ---------------------------------------------------------------------------------------------------------------


def marked() -> dict[str, list[str]]:
    """The columns that the marts' YAML marks as personal."""
    models = [
        model
        for path in (READ_FROM / "models/marts").glob("*.yml")
        for model in yaml.safe_load(path.read_text())["models"]
    ]
    found = {
        model["name"]: [
            column["name"]
            for column in model["columns"]
            if column.get("config", {}).get("meta", {}).get("contains_pii")
        ]
        for model in models
    }
    return {name: columns for name, columns in found.items() if columns}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every value that the dashboard is given from now on."""
    values: list[Any] = []
    execute = data.Reading.execute

    def watched(self: Any, sql: str, parameters: tuple) -> tuple:
        names, rows = execute(self, sql, parameters)
        values.extend(value for row in rows for value in row)
        return names, rows

    data._kept.cache_clear()
    monkeypatch.setattr(data.Reading, "execute", watched)
    return values


def personal_values(path: Path) -> set[str]:
    found: set[str] = set()
    for mart, columns in marked().items():
        for column in columns:
            found |= {
                value
                for (value,) in query(path, f"select distinct {column} from marts.{mart} where {column} is not null")
            }
    return found


def test_personal_data_is_not_even_asked_for(companies: Companies, chosen: Callable, asked: list[Any]) -> None:
    chosen(companies.sample)
    personal = personal_values(companies.sample)
    assert len(personal) > 1000
    app = opened()
    for page in PAGES:
        if page != "overview":
            turned(app, page)
    assert len(asked) > 10_000
    assert not personal & {value for value in asked if isinstance(value, str)}
    with data.reading(), pytest.raises(ValueError, match="customer_name"):
        data.rows("select customer_name from marts.customers")


def test_personal_data_is_shown_where_it_is_allowed(companies: Companies, chosen: Callable, asked: list[Any]) -> None:
    chosen(companies.sample, SHOW_PERSONAL_DATA="1")
    app = opened("voice", period="2025-04-01")
    assert SCRIPT in list(app.dataframe[-1].value["text"])
    assert personal_values(companies.sample) & {value for value in asked if isinstance(value, str)}
    turned(app, "customer")
    ((name,),) = query(
        companies.sample, "select customer_name from marts.customer_360 order by mrr desc, customer_id limit 1"
    )
    assert name in unescaped(app.subheader[0].value)


# PostgreSQL ------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(companies: Companies, postgres_uri: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The marts of the one month on PostgreSQL, granted as their YAML says, and a user who is in reporter alone."""
    environment = postgres_environment(postgres_uri, "dashboard")
    postgres_query({**environment, "POSTGRES_DB": "postgres"}, "create database dashboard")
    for role in ("reporter", "support_reporter"):
        if not postgres_query(environment, f"select 1 from pg_roles where rolname = '{role}'"):
            postgres_query(environment, f"create role {role}")
    postgres_query(environment, "create user dashboard_reader in role reporter")
    connection = psycopg2.connect(
        host=environment["POSTGRES_HOST"],
        port=environment["POSTGRES_PORT"],
        user=environment["POSTGRES_USER"],
        dbname="dashboard",
    )
    csv = tmp_path_factory.mktemp("server") / "rows.csv"
    types = {"DOUBLE": "double precision", "VARCHAR": "text"}
    with connection, connection.cursor() as cursor, duckdb.connect(str(companies.one_month), read_only=True) as marts:
        cursor.execute("create schema marts; grant usage on schema marts to reporter, support_reporter")
        for (name,) in marts.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall():
            columns = marts.execute(
                "select column_name, data_type from information_schema.columns where table_schema = 'marts' and table_name = ?"
                " order by ordinal_position",
                [name],
            ).fetchall()
            cursor.execute(
                f"create table marts.{name} ({', '.join(f'{column} {types.get(kind, kind)}' for column, kind in columns)})"
            )
            some = "where segment_name in ('all', 'plan')" if name == "metrics" else ""
            marts.execute(f"copy (from marts.{name} {some}) to '{csv}' (format csv, header false)")
            with csv.open() as rows:
                cursor.copy_expert(f"copy marts.{name} from stdin (format csv)", rows)
            readers = "support_reporter" if name in marked() else "reporter, support_reporter"
            cursor.execute(f"grant select on marts.{name} to {readers}")
    connection.close()
    return environment | {"DBT_TARGET": "postgres"}


def test_a_server_is_read_as_reporter(companies: Companies, server: dict[str, str], chosen: Callable) -> None:
    """The same figures as in the file; of marts with personal data nothing, and it is said why."""
    chosen(companies.one_month)
    expected = [tile.value for tile in opened().metric]
    for user in ("dashboard_reader", server["POSTGRES_USER"]):
        chosen(**server | {"POSTGRES_USER": user})
        app = opened()
        assert [tile.value for tile in app.metric] == expected
        for page in (page for page in PAGES if page != "overview"):
            turned(app, page)
            assert not app.exception, page
            assert not app.error, f"{page}: {app.error[0].value}"
            refused = [text for text in said(app) if "reporter does not read" in text]
            assert bool(refused) == (page in ("health", "customer", "voice")), page


def test_who_may_not_is_told(server: dict[str, str], chosen: Callable) -> None:
    chosen(**server | {"POSTGRES_USER": "dashboard_reader", "SHOW_PERSONAL_DATA": "1"})
    (error,) = opened().error
    assert "grant support_reporter to dashboard_reader;" in unescaped(error.value)
    chosen(POSTGRES_USER=server["POSTGRES_USER"])
    app = opened()
    for page in ("health", "voice", "customer"):
        turned(app, page)
        assert not app.exception, page
        assert not app.error, page
        assert app.dataframe, page
    assert number(app.metric[0].value)[0] > 0


# In a browser ----------------------------------------------------------------------------------------------------------------


class Served(NamedTuple):
    """The command, running."""

    port: int
    database: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return place.getsockname()[1]


def command(database: Path, **environment: str) -> subprocess.Popen:
    """scripts/serve_dashboard.py."""
    return subprocess.Popen(
        [sys.executable, str(PROJECT / "scripts/serve_dashboard.py")],
        cwd=PROJECT,
        env=settings(None, database) | environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


@pytest.fixture(scope="module")
def served(companies: Companies, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A dashboard with personal data, that comments be on it."""
    database, port = tmp_path_factory.mktemp("served") / "published.duckdb", free_port()
    shutil.copy(companies.sample, database)
    process = command(database, PORT=str(port), SHOW_PERSONAL_DATA="1")
    until = time.monotonic() + SECONDS_TO_START
    while not accepts("127.0.0.1", port):
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < until
        time.sleep(0.1)
    yield Served(port, database)
    process.terminate()
    process.wait(20)


def accepts(address: str, port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as place:
        place.settimeout(2)
        return place.connect_ex((address, port)) == 0


def settled(page: Page, title: str) -> None:
    """Wait until the page of that title is there in whole."""
    page.locator("h1", has_text=title).wait_for(timeout=MILLISECONDS_TO_SHOW)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=MILLISECONDS_TO_SHOW)


def test_it_listens_on_this_machine_alone(served: Served) -> None:
    """Not on another address, of which the loopback has many."""
    assert accepts("127.0.0.1", served.port)
    assert not accepts("127.0.0.2", served.port)


def test_every_page_in_a_browser(served: Served, browser: Browser) -> None:
    """Each is clicked at. Nothing is fetched from elsewhere, and a comment stays a text."""
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(served.address)
    settled(page, "Overview")
    for name in PAGES:
        page.get_by_test_id("stSidebarNavLink").filter(has_text=TITLES[name]).click()
        settled(page, TITLES[name])
        assert page.get_by_test_id("stException").count() == 0, name
        assert "Traceback" not in page.inner_text("body"), name
        assert page.get_by_test_id("stMetric").count() or page.get_by_test_id("stVegaLiteChart").count(), name
        if name == "voice":
            table = page.get_by_test_id("stDataFrame")
            table.wait_for(timeout=MILLISECONDS_TO_SHOW)
            table.locator("[role=gridcell]", has_text=SCRIPT).first.wait_for(
                state="attached", timeout=MILLISECONDS_TO_SHOW
            )
        assert page.evaluate("window.ran") is None
    assert fetched
    assert not [url for url in fetched if not url.startswith((served.address, "data:", "blob:"))]
    page.close()


def test_an_open_page_notices_a_new_build(served: Served, browser: Browser) -> None:
    """The address of a view brings it back; and a figure changes by itself, once another file is published."""
    address = f"{served.address}/revenue?period_type=month&period=2024-10-01&segment=plan&value={PLAN.replace(' ', '+')}&by=plan"
    page = browser.new_page(viewport={"width": 430, "height": 900})
    page.goto(address)
    settled(page, "Revenue")
    assert page.url == address
    ((mrr,),) = query(
        served.database,
        "select value from marts.metrics where metric_name = 'mrr' and period_type = 'month' and period_start = '2024-10-01'"
        " and segment_name = 'plan' and segment_value = ?",
        PLAN,
    )
    tile = page.get_by_test_id("stMetricValue").first
    assert tile.inner_text().strip() == f"{mrr:,.0f}"
    replaced(served.database, 3)
    page.get_by_test_id("stMetricValue").first.filter(has_text=f"{3 * mrr:,.0f}").wait_for(timeout=MILLISECONDS_TO_SHOW)
    assert page.url == address
    page.close()


# The command -----------------------------------------------------------------------------------------------------------------


def output(process: subprocess.Popen) -> tuple[int, str]:
    said, _ = process.communicate(timeout=60)
    return process.returncode, said.strip()


def test_what_stands_against_it_is_one_message(companies: Companies, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        cases = {
            command(
                tmp_path / "none.duckdb"
            ): f"There is no {tmp_path / 'none.duckdb'} yet: make build DUCKDB_PATH={tmp_path / 'none.duckdb'}",
            command(companies.one_month, PORT=str(port)): f"Port {port} cannot be used: Address already in use."
            f" Another one: make dashboard PORT={port + 1}",
            command(companies.one_month, PORT="http"): "PORT is http. Expected a number from 1 to 65535, such as 8501.",
            command(
                companies.one_month, DBT_TARGET="spark"
            ): "The dashboard reads DuckDB and PostgreSQL, not spark: make dashboard"
            " TARGET=duckdb, or TARGET=postgres.",
            command(
                companies.one_month, SHOW_PERSONAL_DATA="yes"
            ): "SHOW_PERSONAL_DATA is yes. Expected 1, or nothing.",
        }
        assert {expected: output(process) for process, expected in cases.items()} == {
            expected: (1, expected) for expected in cases.values()
        }


# How things are written ------------------------------------------------------------------------------------------------------


def definition(unit: str, metric: str = "some_rate", kind: str = "ratio", method: str | None = None) -> dict[str, Any]:
    return {"unit": unit, "metric_name": metric, "kind": kind, "interval_method": method}


@pytest.mark.parametrize(
    ("described", "value", "text", "change"),
    [
        (definition("ratio"), 0.0485, "4.9%", "+4.9 pp"),
        (definition("ratio"), -0.0001, "0.0%", "0.0 pp"),
        (definition("ratio", "quick_ratio"), 26.6985, "26.70", "+26.70"),
        (definition("ratio", "tickets_per_customer"), 0.146, "0.15", "+0.15"),
        (definition("ratio", "repeat_purchase_ratio", method="wilson"), 0.25, "25.0%", "+25.0 pp"),
        (definition("money", "mrr"), 483162.1, "483,162", "+483,162"),
        (definition("money", "mrr"), 12_345_678.9, "12.35 M", "+12.35 M"),
        (definition("money", "arpu"), 657.777, "657.78", "+657.78"),
        (definition("seconds"), 36, "36 s", "+36 s"),
        (definition("seconds"), 493, "8.2 min", "+8.2 min"),
        (definition("seconds"), 23634, "6.6 h", "+6.6 h"),
        (definition("seconds"), 900_000, "10.4 d", "+10.4 d"),
        (definition("count", kind="count"), 219.0, "219", "+219"),
        (definition("count", "daily_active_users"), 18.1667, "18.2", "+18.2"),
        (definition("points"), -6.6667, "-6.67", "-6.67"),
        (definition("months"), 0.489, "0.5 months", "+0.5 months"),
    ],
)
def test_figures_are_written_in_their_unit(described: dict[str, Any], value: float, text: str, change: str) -> None:
    scale = formats.scale(described, [value, None])
    assert (scale.text(value), scale.change(value)) == (text, change)
    assert (scale.text(None), scale.change(None)) == ("-", "")


def test_periods_are_written_by_their_months() -> None:
    def written(period_type: str, *days: str) -> str:
        return formats.period(period_type, *map(datetime.date.fromisoformat, days))

    assert written("month", "2025-04-01", "2025-05-01") == "Apr 2025"
    assert written("quarter", "2025-04-01", "2025-07-01") == "Apr to Jun 2025"
    assert written("quarter", "2024-12-01", "2025-03-01") == "Dec 2024 to Feb 2025"
    assert written("year", "2025-01-01", "2026-01-01") == "2025"
    assert written("year", "2024-07-01", "2025-07-01") == "Jul 2024 to Jun 2025"
    assert written("trailing_year", "2024-05-01", "2025-05-01") == "12 months to Apr 2025"


def test_the_pictures_are_small() -> None:
    """README shows them."""
    for name in PICTURES:
        assert 10_000 < (PROJECT / f"dashboard/pictures/{name}.png").stat().st_size < 150_000

"""make docs: every metric has a page with all its parts, made from the build, that opens from a file, alone, in any width."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

import duckdb
import pytest

from tests.conftest import Built
from tests.harness import PROJECT

sys.path.insert(0, str(PROJECT / "scripts"))
import catalogue
import catalogue_arithmetic
import catalogue_contents
import catalogue_drawings
import docs
from catalogue_contents import Catalogue
from console import Stop
from inputs import Target

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# the parts of a page of a metric, by their ids, each with the least that it must hold
PARTS = {
    "sentence": r"\w+ \w+",
    "figures": r"the latest complete month.*[0-9]",
    "formula": r"\w",
    "numerator": r"\w+",
    "denominator": r"\w+",
    "unit": r"\w",
    "source": r"\w",
    "rivals": r"Definition Formula|None is built",
    "example": r"Given in .*\d.*Unit test .*: pass",
    "sql": r"select .*as metric_name",
    "lineage": r"Behind it are \d+ tables, \d+ of them raw",
    "tests": r"unique_grain .*pass.* unit test pass",
}
WIDTHS = (420, 1440)
# milliseconds for pages of ten megabytes on a busy machine
PATIENCE = 120_000
VOID = {"meta", "link", "input", "br", "wbr", "hr", "img"}


class Read(HTMLParser):
    """A page: its ids with the text below each, its links, and its drawings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: dict[str, str] = {}
        self.links: list[str] = []
        self.drawings: dict[str, int] = {}  # how many lines of a drawing stand below each id
        self.items: list[str] = []  # the lines of arithmetic
        self._open: list[tuple[str, str | None]] = []
        self._goes_on = False  # a word that may be broken here, and is none the less one
        self.feed(text)
        self.ids = {name: " ".join(words.split()) for name, words in self.ids.items()}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self._goes_on = tag == "wbr"
        if "href" in given or "src" in given:
            self.links.append(given.get("href") or given.get("src") or "")
        if name := given.get("id"):
            self.ids[name] = ""
        if tag not in VOID:
            self._open.append((tag, name))
        for _, part in self._open:
            if part and tag in ("path", "polyline"):
                self.drawings[part] = self.drawings.get(part, 0) + 1
        if given.get("class") in ("arithmetic", "case"):
            self._open[-1] = (tag, given["class"])
        if tag == "li" and ("ul", "arithmetic") in self._open:
            self.items.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        # what stands apart to the eye is apart here, too
        inline = self._goes_on or (self._open and self._open[-1][0] in ("code", "span", "a", "b"))
        for _, name in self._open:
            if name in self.ids:
                self.ids[name] += data if inline else f" {data}"
        self._goes_on = False
        inside = [name for _, name in self._open]
        if "arithmetic" in inside and "case" not in inside and self.items:
            self.items[-1] += data


class Site(NamedTuple):
    """The documentation of the sample company."""

    folder: Path
    contents: Catalogue
    built: Built
    target: Target

    @property
    def artifacts(self) -> Path:
        return self.target.work_folder / "target"

    def open(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        return duckdb.connect(str(self.target.path), read_only=True)

    def read(self, page: str) -> Read:
        return Read((self.folder / page).read_text())

    def pages(self) -> list[str]:
        """All pages that are written here: dbt's and dbt-colibri's are their own."""
        found = [path.relative_to(self.folder) for path in self.folder.rglob("*.html")]
        return sorted(path.as_posix() for path in found if path.parts[0] not in ("dbt", "columns"))


@pytest.fixture(scope="module")
def site(sample_database: Built, sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """What make docs writes of the sample company."""
    work = tmp_path_factory.mktemp("docs")
    target = Target(work / sample_file.name)
    shutil.copy(sample_file, target.path)
    artifacts = target.work_folder / "target"
    artifacts.mkdir(parents=True)
    for name in ("manifest.json", "run_results.json"):
        shutil.copy(sample_database.path.parent / "target" / name, artifacts / name)
    target.source.write_text("")
    scratch = work / "scratch"
    scratch.mkdir()
    contents = docs.write(target, scratch, work / "docs")
    return Site(work / "docs", contents, sample_database, target)


# -- every metric has every part ---------------------------------------------------------------------------------------


def missing_parts(page: Read) -> list[str]:
    """The parts that a metric's page lacks, or that say nothing."""
    found = [name for name, least in PARTS.items() if not re.search(least, page.ids.get(name, ""))]
    found += ["curve"] * (page.drawings.get("figures", 0) < 3)
    found += ["graph"] * (page.drawings.get("lineage", 0) < 1)
    found += ["arithmetic"] * (not any(re.search(r"\d", item) for item in page.items))
    return found


def test_every_metric_has_a_page_with_all_parts(site: Site) -> None:
    rows = site.built.query("select metric_name, description, formula, source, unit from marts.metric_definitions")
    assert len(rows) > 180
    missing = []
    for name, description, formula, source, unit in rows:
        page = site.read(f"metrics/{name}.html")
        missing += [f"{name}: {part}" for part in missing_parts(page)]
        if re.search(r"[0-9]e[+-]?[0-9]", page.ids["figures"]):
            missing.append(f"{name}: a figure that people cannot read")
        for part, text in (("sentence", description), ("formula", formula), ("source", source), ("unit", unit)):
            if squeezed(text) not in squeezed(page.ids[part]):
                missing.append(f"{name}: {part} is not {text}")
    assert not missing, "\n".join(missing)


def squeezed(text: str) -> str:
    """A text without blanks: where a name may be broken is no matter."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("part", [*PARTS, "curve", "graph"])
def test_a_missing_part_is_found(site: Site, part: str) -> None:
    """The page of a metric with one part renamed, or without one drawing."""
    text = (site.folder / "metrics/net_revenue_retention.html").read_text()
    assert not missing_parts(Read(text))
    if part in PARTS:
        broken = text.replace(f'id="{part}"', 'id="elsewhere"')
        expected = {"figures": {"figures", "curve"}, "lineage": {"lineage", "graph"}}.get(part, {part})
    else:
        drawing = {"curve": r'<figure class="chart">.*?</figure>', "graph": r'<svg class="lineage".*?</svg>'}[part]
        broken, expected = re.sub(drawing, "", text, flags=re.DOTALL), {part}
    assert set(missing_parts(Read(broken))) == expected


def doctored(site: Site, folder: Path, change: Callable[[dict], None]) -> Path:
    """The artifacts of the build with a change of the manifest."""
    manifest = json.loads((site.artifacts / "manifest.json").read_text())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_a_metric_without_an_example_stops(site: Site, tmp_path: Path) -> None:
    def change(manifest: dict) -> None:
        manifest["unit_tests"] = {name: one for name, one in manifest["unit_tests"].items() if one["model"] != "arr"}

    with site.open() as database, pytest.raises(Stop, match=r"arr has no worked example: no unit test of .*arr\.sql"):
        catalogue_contents.read(doctored(site, tmp_path, change), database, is_sample=True)


def test_artifacts_of_another_build_stop(site: Site, tmp_path: Path) -> None:
    def change(manifest: dict) -> None:
        manifest["nodes"]["model.customer_success.arr"]["config"]["meta"]["metrics"][0]["name"] = "arr_of_tomorrow"

    with site.open() as database, pytest.raises(Stop, match=r"different builds .*arr.*make build FORCE=1"):
        catalogue_contents.read(doctored(site, tmp_path, change), database, is_sample=True)


def test_no_build_stops(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DUCKDB_PATH", raising=False)
    monkeypatch.delenv("DBT_TARGET", raising=False)
    with pytest.raises(Stop, match="There is no build to document yet: make build"):
        docs.main()
    monkeypatch.setenv("DBT_TARGET", "postgres")
    with pytest.raises(Stop, match="documents a build on DuckDB"):
        docs.main()


# -- what the pages say is so ------------------------------------------------------------------------------------------


def test_the_printed_figures_are_those_of_the_marts(site: Site) -> None:
    """Shares by their percent, counts by their number, in the month that is named."""
    rows = site.built.query("""
        select metric_name, unit, value, strftime(period_start, '%B %Y') from marts.metrics
        inner join marts.metric_definitions using (metric_name)
        where period_type = 'month' and segment_name = 'all' and is_complete and value is not null
        qualify row_number() over (partition by metric_name order by period_start desc) = 1""")
    checked = 0
    for name, unit, value, month in rows:
        text = site.read(f"metrics/{name}.html").ids["figures"]
        assert month in text
        if unit in ("ratio", "count") and name not in catalogue_drawings.MULTIPLES:
            checked += 1
            number = f"{value:.1%}" if unit == "ratio" else f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
            assert number in text, f"{name}: {value} is not on its page"
    assert checked > 80


@pytest.mark.parametrize("has_rows", [False, True])
def test_a_metric_without_figures_says_why(site: Site, tmp_path: Path, has_rows: bool) -> None:
    """No rows at all: a table is missing. Rows without values: there is nothing to divide by."""
    metric = site.contents.metrics["net_promoter_score"]
    empty = [replace(month, value=None, lower=None, upper=None) for month in metric.months]
    changed = replace(metric, months=empty if has_rows else [])
    catalogue.write(Catalogue(site.contents.build, {metric.name: changed}, {}, []), tmp_path / "docs")
    page = Read((tmp_path / "docs" / metric.page).read_text())
    expected = "there is nothing to divide by" if has_rows else "the raw data lack what it needs"
    assert f"No month has a figure: {expected}" in page.ids["figures"]
    assert missing_parts(page) == ["figures", "curve"]


def test_the_arithmetic_of_the_examples_is_true(site: Site) -> None:
    """What is made of plain numbers is worked out again: every step comes to the same, and the last one is its share, rounded."""
    steps = shares = undivided = 0
    for name in site.contents.metrics:
        for item in site.read(f"metrics/{name}.html").items:
            *exact, last = item.replace(",", "").strip().split(" = ")
            try:
                values = [eval(one) for one in exact if re.fullmatch(r"[\d.+\-*/() ]+", one)]
            except ZeroDivisionError:
                assert last == "no figure for there is nothing to divide by", f"{name}: {item}"
                undivided += 1
                continue
            assert values == pytest.approx([*values[:1]] * len(values), rel=1e-6), f"{name}: {item}"
            steps += len(values) > 1
            if values and last.endswith("%"):
                assert last == f"{values[-1]:.1%}", f"{name}: {item}"
                shares += 1
    assert steps > 50
    assert shares > 150
    assert undivided > 20


def test_arithmetic_is_left_out_where_it_is_not_the_expected_figure() -> None:
    sql = "select 'paid' as metric_name, cast(a + b as decimal(38, 10)) as numerator, b as denominator from given"
    expected = {"segment_value": "x", "numerator": 5, "denominator": 2}
    found = catalogue_arithmetic.Arithmetic.of(sql, "paid", expected, [[{"segment_value": "x", "a": 3, "b": 2}]])
    assert found.numbers == {"numerator": "3 + 2", "denominator": "2"}
    wrong = catalogue_arithmetic.Arithmetic.of(sql, "paid", expected, [[{"segment_value": "x", "a": 4, "b": 2}]])
    assert wrong.numbers == {"denominator": "2"}
    rows = [{"segment_value": "x", "a": 3, "b": 2}] * 2
    assert catalogue_arithmetic.Arithmetic.of(sql, "paid", expected, [rows]) is None


def test_arithmetic_follows_the_steps_of_a_query() -> None:
    """Through columns that are worked out before, the case that applies, and guards of denominators; brackets stay where they count."""
    sql = """
        with a_rate as (select cast(lost - back as double) / nullif(there, 0) as rate from given)
        select 'kept' as metric_name, case when months = 12 then 1 else 1 - rate end * 1000 as value from a_rate
    """
    row = {"segment_value": "x", "lost": 6, "back": 2, "there": 1600, "months": 1}
    expected = {"segment_value": "x", "value": 997.5}
    found = catalogue_arithmetic.Arithmetic.of(sql, "kept", expected, [[row]])
    assert found.numbers == {"value": "(1 - ((6 - 2) / 1,600)) * 1,000"}
    yearly = catalogue_arithmetic.Arithmetic.of(sql, "kept", expected | {"value": 1000}, [[row | {"months": 12}]])
    assert yearly.numbers == {"value": "1 * 1,000"}
    # a denominator of 0, and a column of which nothing is given
    for other in ({"there": 0}, {"there": None}):
        assert catalogue_arithmetic.Arithmetic.of(sql, "kept", expected, [[row | other]]) is None


def test_every_variant_stands_beside_its_rivals(site: Site) -> None:
    """On its own page, on that of the metric which the project recommends, and among the conflicts."""
    conflicts = (site.folder / "conflicts.html").read_text()
    variants = site.built.query(
        "select metric_name, variant_of from marts.metric_definitions where variant_of is not null"
    )
    assert len(variants) > 50
    for name, head in variants:
        for page in (name, head):
            links = site.read(f"metrics/{page}.html").links
            assert f"../metrics/{name}.html" in links and f"../metrics/{head}.html" in links, (
                f"{page}.html lacks a rival: {name}, {head}"
            )
        assert f'href="metrics/{name}.html"' in conflicts
        assert f'<section id="{head}" class="conflict">' in conflicts


def test_conflicts_that_fit_no_metric_stop(site: Site) -> None:
    metrics = site.contents.metrics
    told = [
        {"chosen": name, "question": "?", "differ": "?", "why": "?"}
        for name in {metric.variant_of for metric in metrics.values() if metric.variant_of}
    ]
    assert len(catalogue_contents.conflicts_of(told, metrics)) == len(told)
    with pytest.raises(Stop, match="there is no metric mmr"):
        catalogue_contents.conflicts_of([*told, {"chosen": "mrr", "others": ["mmr"]}], metrics)
    with pytest.raises(Stop, match=f"{told[0]['chosen']} has rival definitions"):
        catalogue_contents.conflicts_of(told[1:], metrics)


def test_every_mart_has_a_page_with_its_columns(site: Site) -> None:
    rows = site.built.query("""
        select table_name, column_name, lower(data_type) from duckdb_columns() where schema_name = 'marts' and not internal""")
    tables = {table for table, _, _ in rows}
    assert len(tables) > 30
    pages = {table: squeezed(site.read(f"tables/marts.{table}.html").ids["columns"]) for table in tables}
    assert not [f"{table}.{column}" for table, column, kind in rows if squeezed(column + kind) not in pages[table]]


def test_published_examples_come_from_the_tests_of_them(site: Site) -> None:
    """With the host of their page, and without the number by which the tests call them."""
    text = site.read("metrics/customer_satisfaction_mean.html").ids["example"]
    assert "Of 50 answers 30 are 4 or 5" in text
    assert "intercom.help" in text
    assert "E27" not in text
    examples = {one.test for metric in site.contents.metrics.values() for one in metric.published}
    assert len(examples) > 35
    assert all(one.text and one.sources for metric in site.contents.metrics.values() for one in metric.published)


# -- the pages hang together -------------------------------------------------------------------------------------------


def test_every_link_resolves(site: Site) -> None:
    """To a file of the site and, where it names one, a place in it."""
    pages = site.pages()
    assert len(pages) > 550
    texts = {page: (site.folder / page).read_text() for page in pages}
    places = {page: set(re.findall(r' id="([^"]*)"', text)) for page, text in texts.items()}
    broken = []
    for page, text in texts.items():
        for link in set(re.findall(r' (?:href|src)="([^"]*)"', text)):
            address = urlsplit(unescape(link))
            if address.scheme in ("http", "https", "data"):
                continue
            to = (site.folder / page).parent.joinpath(unquote(address.path)) if address.path else site.folder / page
            name = os.path.relpath(to, site.folder)
            if not to.is_file():
                broken.append(f"{page}: {link}")
            elif name in places and address.fragment and address.fragment not in places[name]:
                broken.append(f"{page}: {link} (no such place)")
    assert not broken, "\n".join(broken[:20])


HOSTILE = "<script>window.broken = 1</script><img src=x onerror='window.broken = 1'> & \"quoted\" </script>"


def test_texts_are_escaped(site: Site, tmp_path: Path, browser: Browser) -> None:
    """Whatever stands in a description, a formula, an example or SQL is text."""
    metric = site.contents.metrics["arr"]
    column = replace(metric.node.columns[0], name=HOSTILE, description=HOSTILE)
    node = replace(metric.node, description=HOSTILE, sql=f"select '{HOSTILE}'", columns=[column], metrics=[metric.name])
    table = replace(node, id="model.x.y", name=HOSTILE.replace("/", ""), schema="marts", metrics=[], parents=[node])
    example = metric.examples[0]
    outcome = replace(example.outcomes[0], case=HOSTILE)
    given = catalogue_contents.Rows(HOSTILE, [HOSTILE], [[HOSTILE]])
    changed = replace(
        metric,
        label=HOSTILE,
        description=HOSTILE,
        formula=HOSTILE,
        source=HOSTILE,
        owner=HOSTILE,
        node=node,
        examples=[replace(example, description=HOSTILE, given=[given], outcomes=[outcome])],
        decisions=[catalogue_contents.Decision(HOSTILE, f"{HOSTILE} `{HOSTILE}`")],
        published=[catalogue_contents.PublishedExample([HOSTILE], HOSTILE, HOSTILE, HOSTILE, frozenset())],
    )
    conflict = catalogue_contents.Conflict(HOSTILE, HOSTILE, HOSTILE, changed, [changed])
    # a file is named as a table, and no table is named like this one
    nodes = {node.id: node, "y": replace(table, name="y")}
    catalogue.write(Catalogue(site.contents.build, {metric.name: changed}, nodes, [conflict]), tmp_path / "docs")
    page = browser.new_page()
    for name in ("index.html", "conflicts.html", "tables.html", "metrics/arr.html", "tables/marts.y.html"):
        page.goto((tmp_path / "docs" / name).as_uri())
        page.fill("#search", "quoted")
        page.wait_for_selector("#found li")
        assert page.evaluate("window.broken") is None, name
        assert page.evaluate("document.querySelectorAll('img, script:not([src])').length") == 0, name
        assert '& "quoted" </script>' in page.inner_text("body"), name
    page.close()


# -- in a browser ------------------------------------------------------------------------------------------------------


# pages with the longest names, the widest tables, and one of each kind
LOOKED_AT = (
    "index.html",
    "conflicts.html",
    "tables.html",
    "metrics/net_revenue_retention.html",
    "metrics/customer_churn_rate.html",
    "metrics/net_revenue_retention_including_reactivation.html",
    "metrics/predicted_customer_lifetime_value.html",
    "metrics/customer_satisfaction_index.html",
    "metrics/call_service_level.html",
    "tables/marts.customer_360.html",
    "tables/marts.metrics.html",
    "tables/intermediate.int_segment_periods__growth.html",
    "tables/raw.subscriptions.html",
)
# what reaches out of the window, unless it lies in something that can be scrolled, is drawn, or waits to be opened
OVERFLOWING = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const box = one.getBoundingClientRect();
  return box.width && box.right > window.innerWidth + 1 && !one.closest(".wide, .sql, svg") && one.checkVisibility();
}).map((one) => one.tagName + "." + one.className + ": " + one.textContent.trim().slice(0, 60))"""


@pytest.fixture
def pages(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page, and fails in the end where anything went wrong in one or was asked of anybody else."""
    faults: list[str] = []
    contexts = []

    def open_page(address: str, width: int = 1440, scheme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda asked: asked.url.startswith(("file:", "data:", "blob:")) or faults.append(asked.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address, timeout=PATIENCE)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_reaches_out_of_the_window(site: Site, pages: Callable[..., Page], width: int) -> None:
    page = pages((site.folder / "index.html").as_uri(), width)
    for name in LOOKED_AT:
        page.goto((site.folder / name).as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.evaluate(OVERFLOWING) == [], name


def test_an_overflow_is_found(site: Site, pages: Callable[..., Page]) -> None:
    page = pages((site.folder / "metrics/arr.html").as_uri(), 420)
    page.evaluate("document.querySelector('#sentence').style.whiteSpace = 'nowrap'")
    assert page.evaluate(OVERFLOWING) or page.evaluate("document.documentElement.scrollWidth") > 420


def test_the_search_finds_a_metric_by_its_name(site: Site, pages: Callable[..., Page]) -> None:
    page = pages((site.folder / "tables/marts.metrics.html").as_uri())
    page.keyboard.press("/")
    page.keyboard.type("net_revenue_retention")
    assert page.locator("#found li").first.locator("code").inner_text() == "net_revenue_retention"
    page.keyboard.press("Enter")
    page.wait_for_url("**/metrics/net_revenue_retention.html")
    # by words of its label and description in any order, and by nothing
    page.fill("#search", "renewed grace terms")
    assert "renewal_rate" in page.locator("#found").inner_text()
    page.fill("#search", "no such words here")
    assert page.locator("#found").inner_text() == "Nothing is called or described like that."
    page.keyboard.press("Escape")
    assert not page.locator("#found").is_visible()


def test_every_metric_is_found_by_its_name(site: Site, pages: Callable[..., Page]) -> None:
    """It comes first, before those whose names begin alike."""
    page = pages((site.folder / "index.html").as_uri())
    names = list(site.contents.metrics)
    first = page.evaluate(
        """(names) => names.map((name) => {
             const input = document.getElementById("search");
             input.value = name;
             input.dispatchEvent(new Event("input"));
             return document.querySelector("#found a").getAttribute("href");
           })""",
        names,
    )
    assert first == [f"metrics/{name}.html" for name in names]


def test_dark_pages_are_dark_and_their_charts_can_be_seen(site: Site, pages: Callable[..., Page]) -> None:
    """Every colour of text, lines and letters in a chart stands out from the ground, in both schemes."""
    for scheme in ("light", "dark"):
        page = pages((site.folder / "metrics/customer_churn_rate.html").as_uri(), scheme=scheme)
        ground = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert (ground < 0.1) == (scheme == "dark")
        colours = {
            "text": "getComputedStyle(document.querySelector('#sentence')).color",
            "link": "getComputedStyle(document.querySelector('.crumbs a')).color",
            "letters": "getComputedStyle(document.querySelector('.chart text')).fill",
            "line": "getComputedStyle(document.querySelector('.chart .mark-line path')).stroke",
            "keyword": "getComputedStyle(document.querySelector('.sql .k')).color",
            "string": "getComputedStyle(document.querySelector('.sql .s1')).color",
        }
        for name, asked in colours.items():
            other = luminance(page.evaluate(asked))
            contrast = (max(ground, other) + 0.05) / (min(ground, other) + 0.05)
            assert contrast >= (3 if name == "line" else 4.5), f"{name} in {scheme}: {contrast:.1f}"


def luminance(colour: str) -> float:
    """How bright a colour is, as the contrast of texts is reckoned (WCAG 2)."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_dbts_own_pages_open_alone(site: Site, pages: Callable[..., Page]) -> None:
    """dbt's documentation at the place where a metric's page leads, and the lineage of columns: neither asks for anything."""
    link = next(link for link in site.read("metrics/arr.html").links if link.startswith("../dbt/index.html#!"))
    page = pages((site.folder / "metrics").as_uri() + "/" + link)
    page.get_by_text("Annual recurring revenue: twelve times").first.wait_for(timeout=PATIENCE)
    page = pages((site.folder / "columns/index.html").as_uri())
    page.get_by_text("customer_success").first.wait_for(timeout=PATIENCE)
    assert page.evaluate("window.colibriTelemetry") is False
    columns = page.evaluate(
        """() => window.colibriData.lineage.edges
             .filter((one) => one.target.endsWith(".net_revenue_retention") && one.targetColumn === "numerator")
             .map((one) => one.sourceColumn)"""
    )
    # through the union of the metric and its variants, too: the last of them reads the closing MRR
    assert {"opening_mrr", "resumed_mrr", "closing_mrr"} <= set(columns)

"""What the catalogue tells of metrics, tables and conflicts, read from dbt's artifacts and the published marts: nothing that they do not say."""

import ast
import datetime
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import yaml

from catalogue_arithmetic import Arithmetic
from console import Stop
from inputs import PROJECT

CONFLICTS = PROJECT / "catalogue/conflicts.yml"
DECISIONS = PROJECT / "DECISIONS.md"
PUBLISHED_EXAMPLES = "tests/test_worked_examples*.py"
# dbt's plumbing, and what no unit test's reader needs to see
NOT_SHOWN = ("period_type", "period_start", "segment_name")
LINK = r"https?://[^\s,;]+[^\s,;:.]"
# a decision that is longer than this is quoted by its sentences
LONG_DECISION = 400
MONTHS = """
    select metric_name, period_start, is_complete, value, lower_bound, upper_bound, numerator, denominator, sample_size
    from marts.metrics
    where period_type = 'month' and segment_name = 'all'
    order by metric_name, period_start
"""


@dataclass(frozen=True)
class Month:
    """A metric's figure of a month, of the whole company."""

    start: datetime.date
    is_complete: bool
    value: float | None
    lower: float | None
    upper: float | None
    numerator: Any
    denominator: Any
    sample_size: int | None


@dataclass(frozen=True)
class Check:
    """A test of a node, and how it went in the last build."""

    name: str
    subject: str  # the columns, or what is asked of them
    status: str


@dataclass(frozen=True)
class Column:
    """A column as its description and the database have it."""

    name: str
    type: str
    description: str
    notes: Sequence[str] = ()


@dataclass(eq=False)
class Node:
    """A table of the project: a model, a seed or a raw table."""

    id: str
    name: str
    kind: str  # model, seed, source
    schema: str
    description: str
    sql: str  # as it is written
    compiled: str  # as it was run
    file: str
    columns: list[Column]
    parents: list["Node"] = field(default_factory=list, repr=False)
    children: list["Node"] = field(default_factory=list, repr=False)
    checks: list[Check] = field(default_factory=list)
    metrics: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The name with its schema, as a query writes it."""
        return f"{self.schema}.{self.name}"

    @property
    def page(self) -> str:
        """Where it is described: a metric's model on the page of its first metric."""
        return f"metrics/{self.metrics[0]}.html" if self.metrics else f"tables/{self.title}.html"

    @cached_property
    def ancestors(self) -> list["Node"]:
        """Every table behind it, by name."""
        found: dict[str, Node] = {}
        waiting = [*self.parents]
        while waiting:
            node = waiting.pop()
            if node.id not in found:
                found[node.id] = node
                waiting += node.parents
        return sorted(found.values(), key=lambda node: node.title)

    @property
    def raw_tables(self) -> list["Node"]:
        """The raw tables behind it."""
        return [node for node in self.ancestors if node.kind == "source" and node.schema == "raw"]


@dataclass(frozen=True)
class Rows:
    """Rows of a unit test, the columns that differ alone."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    @property
    def is_there_alone(self) -> bool:
        """Whether they say no more than that their table has rows: without them its metrics would be absent."""
        return len(self.columns) == 1 and all(isinstance(value, str) for row in self.rows for value in row)


@dataclass(frozen=True)
class Outcome:
    """What a metric must come to in an example."""

    case: str
    numerator: Any
    denominator: Any
    value: Any
    arithmetic: Arithmetic | None


@dataclass(frozen=True)
class Example:
    """A unit test, read as a worked example of one metric."""

    name: str
    description: str
    given: Sequence[Rows]
    outcomes: Sequence[Outcome]
    status: str


@dataclass(frozen=True)
class PublishedExample:
    """An example that was published elsewhere and is tested from raw rows to the figure."""

    sources: Sequence[str]
    text: str
    file: str
    test: str
    metrics: frozenset[str]


@dataclass(frozen=True)
class Decision:
    """A sentence of DECISIONS.md."""

    section: str
    text: str


@dataclass(eq=False)
class Metric:
    """A metric: its row of marts.metric_definitions, and all that is known of it."""

    name: str
    label: str
    family: str
    kind: str
    unit: str
    description: str
    formula: str
    better: str
    adds_over_segments: bool
    adds_over_periods: bool
    window_days: int | None
    interval_method: str | None
    variant_of: str | None
    source: str
    owner: str
    node: Node
    months: list[Month]
    examples: list[Example] = field(default_factory=list)
    published: list[PublishedExample] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    laws: list[Check] = field(default_factory=list)
    conflicts: list["Conflict"] = field(default_factory=list, repr=False)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def page(self) -> str:
        """Where it is described."""
        return f"metrics/{self.name}.html"

    @property
    def head(self) -> str:
        """The metric whose rival definition this is, or itself."""
        return self.variant_of or self.name

    @property
    def paragraphs(self) -> list[str]:
        """The description of its file, which speaks of its variants, too."""
        return [part.strip() for part in self.node.description.split("\n") if part.strip()]

    @property
    def latest(self) -> Month | None:
        """The latest complete month that has a value."""
        return next((month for month in reversed(self.months) if month.is_complete and month.value is not None), None)

    def column(self, name: str) -> str:
        """What its file says of a column."""
        return next((column.description for column in self.node.columns if column.name == name), "")


@dataclass(frozen=True)
class Conflict:
    """What published definitions of one name differ on."""

    question: str
    differ: str
    why: str
    chosen: Metric
    others: Sequence[Metric]

    @property
    def anchor(self) -> str:
        """Its place on the page of conflicts."""
        return self.chosen.name

    @property
    def members(self) -> list[Metric]:
        """The metric that was chosen, then the others."""
        return [self.chosen, *self.others]


@dataclass
class Build:
    """What the figures are of."""

    built_at: datetime.datetime
    as_of_day: datetime.date
    version: str | None
    currency: str
    is_sample: bool
    checks: int


@dataclass(eq=False, repr=False)
class Catalogue:
    """Everything that has a page."""

    build: Build
    metrics: dict[str, Metric]
    nodes: dict[str, Node]
    conflicts: list[Conflict]

    @property
    def families(self) -> dict[str, list[Metric]]:
        """The metrics of each family, every variant after its head."""
        found: dict[str, list[Metric]] = defaultdict(list)
        order = list(self.metrics)
        for metric in sorted(
            self.metrics.values(), key=lambda metric: (order.index(metric.head), metric.variant_of is not None)
        ):
            found[metric.family].append(metric)
        return dict(sorted(found.items()))

    @property
    def tables(self) -> list[Node]:
        """All that has a page of its own as a table."""
        return sorted((node for node in self.nodes.values() if not node.metrics), key=lambda node: node.title)


def read(artifacts: Path, database: duckdb.DuckDBPyConnection, is_sample: bool) -> Catalogue:
    """The catalogue of a build, from dbt's artifacts and the database that it made."""
    manifest = json.loads((artifacts / "manifest.json").read_text())
    statuses = _statuses(artifacts / "run_results.json")
    nodes = _nodes(manifest, statuses, _types(database))
    metrics = _metrics(database, nodes)
    for metric in metrics.values():
        metric.examples = list(_examples(metric, manifest, statuses))
        if not metric.examples:
            raise Stop(f"{metric.name} has no worked example: no unit test of {metric.node.file} expects a row of it.")
    _add_settings(metrics, database)
    _add_laws(metrics, manifest, statuses)
    _add_published_examples(metrics)
    _add_decisions(metrics)
    conflicts = _conflicts(metrics)
    for conflict in conflicts:
        for metric in conflict.members:
            metric.conflicts.append(conflict)
    return Catalogue(_build(database, is_sample, statuses), metrics, nodes, conflicts)


def _build(database: duckdb.DuckDBPyConnection, is_sample: bool, statuses: dict[str, str]) -> Build:
    """The last row of marts.builds, and in which money it reports."""
    built_at, as_of_day, version = database.execute(
        "select built_at, as_of_day, project_version from marts.builds order by build_id desc limit 1"
    ).fetchone()
    currency = database.execute("select reporting_currency from intermediate.int_reporting_currency").fetchone()
    checks = sum(name.startswith(("test.", "unit_test.")) for name in statuses)
    return Build(built_at, as_of_day, version, (currency and currency[0]) or "", is_sample, checks)


def _statuses(results: Path) -> dict[str, str]:
    """How each test went, by its id; nothing where the build left no results."""
    if not results.exists():
        return {}
    return {one["unique_id"]: one["status"] for one in json.loads(results.read_text())["results"]}


def _types(database: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], dict[str, str]]:
    """The columns of every relation of the database with their types, in order."""
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for schema, table, column, kind in database.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() where not internal"
        " and database_name = current_database() order by schema_name, table_name, column_index"
    ).fetchall():
        found[schema, table][column] = kind.lower()
    return found


def _nodes(manifest: dict, statuses: dict[str, str], types: dict[tuple[str, str], dict[str, str]]) -> dict[str, Node]:
    """Models, seeds and raw tables, each with its columns, tests and neighbours."""
    found: dict[str, Node] = {}
    for unique_id, one in {**manifest["nodes"], **manifest["sources"]}.items():
        if one["resource_type"] in ("model", "seed", "source"):
            schema = one["source_name"] if one["resource_type"] == "source" else one["schema"]
            # what was published before has the schema of what is published
            known = {} if one["resource_type"] == "source" else types.get((schema, one["name"]), {})
            found[unique_id] = Node(
                id=unique_id,
                name=one["name"],
                kind=one["resource_type"],
                schema=schema,
                description=one["description"],
                sql=one.get("raw_code", ""),
                compiled=one.get("compiled_code") or "",
                file=one["original_file_path"],
                columns=_columns(one["columns"], known),
                metrics=[metric["name"] for metric in (one.get("config") or {}).get("meta", {}).get("metrics", [])],
            )
    for unique_id, node in found.items():
        node.parents = [found[name] for name in manifest["parent_map"].get(unique_id, []) if name in found]
        node.children = [found[name] for name in manifest["child_map"].get(unique_id, []) if name in found]
    for unique_id, test in manifest["nodes"].items():
        if test["resource_type"] == "test" and test.get("attached_node") in found:
            found[test["attached_node"]].checks.append(_check(test, statuses.get(unique_id, "")))
    return found


def _columns(described: dict[str, dict], types: dict[str, str]) -> list[Column]:
    """Columns in the order of the database; what it does not have, in the order of their descriptions."""
    columns = []
    for name in [*types, *(name for name in described if name not in types)]:
        one = described.get(name, {})
        meta = one.get("meta") or (one.get("config") or {}).get("meta") or {}
        notes = [word for word in ("optional", "nullable") if meta.get(word)]
        kind = types.get(name) or one.get("data_type") or meta.get("type") or ""
        columns.append(Column(name, kind, one.get("description", ""), notes))
    return columns


def _check(test: dict, status: str) -> Check:
    """A data test in words: its kind, and the columns or the condition that it is of."""
    kind = test.get("test_metadata") or {}
    given = {name: value for name, value in kind.get("kwargs", {}).items() if name not in ("model", "column_name")}
    told = given.pop("condition", None) or ", ".join(given.pop("columns", []))
    words = [test.get("column_name") or "", told]
    words += [
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}" for name, value in given.items()
    ]
    if where := test["config"].get("where"):
        words.append(f"where {where}")
    return Check(kind.get("name") or test["name"], "; ".join(word for word in words if word), status)


def _metrics(database: duckdb.DuckDBPyConnection, nodes: dict[str, Node]) -> dict[str, Metric]:
    """The rows of marts.metric_definitions with their months and models, in the order of the files."""
    models = {name: node for node in nodes.values() for name in node.metrics}
    months: dict[str, list[Month]] = defaultdict(list)
    for name, *month in database.execute(MONTHS).fetchall():
        months[name].append(Month(*month))
    result = database.execute("select * from marts.metric_definitions")
    columns = [column[0] for column in result.description]
    rows = {row[0]: dict(zip(columns, row, strict=True)) for row in result.fetchall()}
    if unknown := sorted(rows.keys() ^ models.keys()):
        raise Stop(
            f"What dbt left of the last build and the database are of different builds ({unknown[0]} is in one of them): make build FORCE=1"
        )
    return {
        name: Metric(name=name, node=models[name], months=months[name], **_without(rows[name], "metric_name"))
        for name in sorted(rows, key=lambda name: (models[name].file, models[name].metrics.index(name)))
    }


def _without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


# -- worked examples ---------------------------------------------------------------------------------------------------


def _examples(metric: Metric, manifest: dict, statuses: dict[str, str]) -> Iterator[Example]:
    """The unit tests that expect rows of a metric; those with something above 0 first."""
    found = []
    for unique_id, test in manifest["unit_tests"].items():
        if test["model"] != metric.node.name:
            continue
        rows = [
            row for row in test["expect"]["rows"] or [] if row.get("metric_name", metric.node.metrics[0]) == metric.name
        ]
        if not rows:
            continue
        inputs = [(_input(one["input"]), one["rows"] or []) for one in test["given"]]
        outcomes = []
        for row in rows:
            numerator, denominator = row.get("numerator"), row.get("denominator")
            value = row.get("value", numerator)
            if metric.kind == "ratio":
                value = float(numerator) / float(denominator) if numerator is not None and denominator else None
            outcomes.append(
                Outcome(
                    _case(row),
                    numerator,
                    denominator,
                    value,
                    Arithmetic.of(metric.node.compiled, metric.name, row, [rows for _, rows in inputs]),
                )
            )
        given = [_rows(title, rows) for title, rows in inputs if rows]
        status = statuses.get(unique_id, "")
        found.append(Example(test["name"], test["description"], given, outcomes, status))
    yield from sorted(found, key=lambda example: not any(outcome.value for outcome in example.outcomes))


def _input(reference: str) -> str:
    """The table that a unit test gives rows of."""
    names = re.findall(r"['\"](\w+)['\"]", reference)
    return ".".join(names) or reference


def _case(row: dict[str, Any]) -> str:
    """By what a row is told from the others: its segment, where that is not all, and its period where it has one."""
    words = [row.get("segment_value"), row.get("period_type"), row.get("period_start")]
    return ", ".join(str(word) for word in words if word not in (None, "all"))


def _rows(title: str, rows: Sequence[dict[str, Any]]) -> Rows:
    """Rows with the columns that say something: the grain is left out where all rows share it."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    shown = [
        name
        for name in columns
        if name not in NOT_SHOWN or len({str(row.get(name)) for row in rows}) > 1 or len(columns) == 1
    ]
    return Rows(title, shown, [[row.get(name) for name in shown] for row in rows])


def _add_published_examples(metrics: dict[str, Metric]) -> None:
    """Give each metric the published examples that are tested from raw rows, from the docstrings of these tests."""
    for file in sorted(PROJECT.glob(PUBLISHED_EXAMPLES)):
        for example in _published_examples(file, metrics.keys()):
            for name in example.metrics:
                metrics[name].published.append(example)


def _published_examples(file: Path, names: Iterable[str]) -> Iterator[PublishedExample]:
    """The tests of a file whose docstring begins with the number and the place of a published example."""
    known = set(names)
    for function in ast.parse(file.read_text()).body:
        if not isinstance(function, ast.FunctionDef) or not function.name.startswith("test_"):
            continue
        head, _, text = (ast.get_docstring(function) or "").partition("\n\n")
        number = re.match(r"(E\d+\w*(, )?)+[.] ", head)
        words = {
            one.value for one in ast.walk(function) if isinstance(one, ast.Constant) and isinstance(one.value, str)
        }
        if not number or not (named := words & known):
            continue
        where = " ".join(head[number.end() :].split())
        links = re.findall(LINK, where)
        # after a colon the first line goes on with the example itself
        begun = re.sub(f".*{LINK}: ", "", where) if re.search(f"{LINK}: ", where) else ""
        told = " ".join([begun, *text.split()]).strip()
        sources = links or [where.rstrip(".")]
        yield PublishedExample(sources, told, file.relative_to(PROJECT).as_posix(), function.name, frozenset(named))


# -- decisions, laws, conflicts ----------------------------------------------------------------------------------------


def _add_decisions(metrics: dict[str, Metric]) -> None:
    """Give each metric the lines of DECISIONS.md that name it."""
    section = ""
    for line in DECISIONS.read_text().splitlines():
        if line.startswith("## "):
            section = line[3:]
        elif line.lstrip().startswith("- "):
            text = line.strip()[2:]
            for name in set(re.findall(r"`(\w+)`", text)) & metrics.keys():
                metrics[name].decisions.append(Decision(section, _about(name, text)))


def _about(name: str, text: str) -> str:
    """A decision, or of a long one the sentences that name the metric."""
    if len(text) <= LONG_DECISION:
        return text
    sentences = re.split(r"(?<=[.;])\s+(?=[A-Z`])", text)
    return " ... ".join(sentence for sentence in sentences if f"`{name}`" in sentence)


def _add_settings(metrics: dict[str, Metric], database: duckdb.DuckDBPyConnection) -> None:
    """Give each metric the variables that its words or its SQL name, as they were set in the last build."""
    (given,) = database.execute("select variables from marts.builds order by build_id desc limit 1").fetchone()
    variables = {name: _setting(value) for name, value in json.loads(given or "{}").items()}
    for metric in metrics.values():
        words = set(
            re.findall(r"\w+_\w+", f"{metric.description} {metric.formula} {metric.node.description} {metric.node.sql}")
        )
        metric.settings = {name: value for name, value in variables.items() if name in words}


def _setting(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "(none)"
    return "not set" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _add_laws(metrics: dict[str, Metric], manifest: dict, statuses: dict[str, str]) -> None:
    """Give each metric the laws between metrics that name it."""
    for unique_id, test in manifest["nodes"].items():
        if test["resource_type"] != "test" or test.get("test_metadata"):
            continue
        for name in set(re.findall(r"'(\w+)'", test["raw_code"])) & metrics.keys():
            law = Check(test["name"], test["original_file_path"], statuses.get(unique_id, ""))
            metrics[name].laws.append(law)


def _conflicts(metrics: dict[str, Metric]) -> list[Conflict]:
    """The conflicts of catalogue/conflicts.yml; whoever has a rival definition must stand there."""
    return conflicts_of(yaml.safe_load(CONFLICTS.read_text()), metrics)


def conflicts_of(given: Sequence[dict[str, Any]], metrics: dict[str, Metric]) -> list[Conflict]:
    """Conflicts as they are written down: of the metric that was chosen, its variants, and others that are named."""
    found = []
    for one in given:
        names = [one["chosen"], *one.get("others", [])]
        if unknown := [name for name in names if name not in metrics]:
            raise Stop(
                f"catalogue/conflicts.yml: there is no metric {unknown[0]}. Expected a name of marts.metric_definitions."
            )
        variants = [metric for metric in metrics.values() if metric.variant_of == one["chosen"]]
        others = [*variants, *(metrics[name] for name in one.get("others", []))]
        found.append(Conflict(one["question"], one["differ"], one["why"], metrics[one["chosen"]], others))
    told = {conflict.chosen.name for conflict in found}
    if missing := sorted({metric.variant_of for metric in metrics.values() if metric.variant_of} - told):
        raise Stop(
            f"catalogue/conflicts.yml: {missing[0]} has rival definitions. Expected an entry that says what they differ on."
        )
    return found


def linker(catalogue: Catalogue) -> Callable[[str], str | None]:
    """Finds the page of a name in a text: of a metric, or of a table that no plain word is called like."""
    pages = {node.name: node.page for node in catalogue.nodes.values() if node.kind != "source" and "_" in node.name}
    pages |= {node.title: node.page for node in catalogue.nodes.values()}
    pages |= {metric.name: metric.page for metric in catalogue.metrics.values()}
    return pages.get

"""A fast runner: the project's own SQL on a company of a few rows, in about a second and without a dbt run of its own.

dbt compiles the project once for each set of variables, against raw tables that have every column. An example then runs the
compiled SQL of the models in the order of the DAG, in a DuckDB in memory that has the same catalog name.

    built = run({"customers": [{"customer_id": "C1", ...}], ...}, as_of="2024-06-30")
    built.metrics()[...]
    built.query("select * from marts.mrr_movements")

The as-of day is put into `int_as_of`; all other variables are compiled in. What a table is made of, its SQL and the rows below it, is known: the
same table is not made twice, so that a company of which one row or one model is another costs what follows from that.
"""

from __future__ import annotations

import copy
import hashlib
import itertools
import json
import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml
from dbt.cli.main import dbtRunner

from nlp.duckdb_functions import register
from tests.publishing import SEMANTIC_LAYER, stripped
from tests.shared import once

ROOT = Path(__file__).resolve().parents[1]
CATALOG = "customer_success"

# A raw table: its rows, or a query that makes them.
Table = list[dict[str, Any]] | str


class CompileError(RuntimeError):
    """dbt refused to compile the project; the message is what it said."""


@dataclass(frozen=True)
class Model:
    name: str
    relation: str  # schema.name
    sql: str
    parents: frozenset[str]
    is_view: bool


@dataclass
class Built:
    """A built company. `catalog` is what its database is called in DuckDB."""

    connection: duckdb.DuckDBPyConnection = field(repr=False)
    catalog: str = CATALOG
    close: Callable[[], Any] = field(default=lambda: None, repr=False)

    def __enter__(self) -> Built:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self.close()

    def query(self, sql: str) -> list[tuple]:
        return self.connection.execute(_of_catalog(sql, self.catalog)).fetchall()

    def records(self, sql: str) -> list[dict[str, Any]]:
        cursor = self.connection.execute(_of_catalog(sql, self.catalog))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def metrics(self) -> dict[tuple, tuple]:
        """(metric, period type, first day, segment, its value): (end, is_complete, numerator, denominator, value)."""
        rows = self.query(
            "select metric_name, period_type, period_start, segment_name, segment_value,"
            " period_end, is_complete, numerator, denominator, value from marts.metrics"
        )
        return {row[:5]: row[5:] for row in rows}

    def cell(
        self, metric: str, period_type: str, start: str, segment: str = "all", segment_value: str = "all"
    ) -> tuple:
        """(numerator, denominator, value) of one cell."""
        found = self.connection.execute(
            "select numerator, denominator, value from marts.metrics where metric_name = ? and period_type = ?"
            " and period_start = cast(? as date) and segment_name = ? and segment_value = ?",
            [metric, period_type, start, segment, segment_value],
        ).fetchall()
        assert len(found) == 1, f"{metric} {period_type} {start} {segment}={segment_value}: {len(found)} rows"
        return found[0]

    def value(self, metric: str, start: str, period_type: str = "month", **where: str) -> float | None:
        return self.cell(metric, period_type, start, **where)[2]

    def numerator(self, metric: str, start: str, period_type: str = "month", **where: str) -> Any:
        return self.cell(metric, period_type, start, **where)[0]


def _of_catalog(sql: str, catalog: str) -> str:
    """Compiled SQL, whose relations stand in a database of that name."""
    return sql if catalog == CATALOG else sql.replace(f'"{CATALOG}".', f'"{catalog}".')


class Shelf:
    """
    Tables that were made before, by what they are made of, in a DuckDB that all companies of this process share. A company has views of them; what
    no open company looks at is let go when there are too many.
    """

    MOST = 2000

    def __init__(self) -> None:
        self._root = duckdb.connect(":memory:", config={"threads": 1})
        self._root.execute("attach ':memory:' as shelf")
        register(self._root)
        self._used: dict[str, int] = {}  # open companies by table, the one that was asked for last at the end
        self._held: dict[str, str] = {}  # by table, what stands for its rows
        self._numbers = itertools.count(1)

    def open(self) -> tuple[duckdb.DuckDBPyConnection, str]:
        """A connection to a new company's database, and its name."""
        catalog = f"company_{next(self._numbers)}"
        connection = self._root.cursor()
        connection.execute(f"set TimeZone = 'UTC'; attach ':memory:' as {catalog}; use {catalog}")
        return connection, catalog

    def table(self, connection: duckdb.DuckDBPyConnection, relation: str, key: str, sql: str) -> str:
        """A view of the table of that key, which is made where it is not there. What stands for its rows, which others may have, too."""
        if key not in self._used:
            connection.execute(f"create table shelf.t_{key} as {sql}")
            self._held[key] = _digest(_held(connection, f"shelf.t_{key}"))
        self._used[key] = self._used.pop(key, 0) + 1
        connection.execute(f"create view {relation} as from shelf.t_{key}")
        return self._held[key]

    def close(self, catalog: str, keys: Iterable[str]) -> None:
        """A company is looked at no more."""
        self._root.execute(f"detach database if exists {catalog}")
        for key in keys:
            self._used[key] -= 1
        idle = [key for key, uses in self._used.items() if not uses]
        for key in idle[: max(len(self._used) - self.MOST, 0)]:
            self._root.execute(f"drop table shelf.t_{key}")
            del self._used[key], self._held[key]


@cache
def _shelf() -> Shelf:
    return Shelf()


def _digest(*parts: object) -> str:
    """What stands for a text, or for several."""
    return hashlib.md5("\x1f".join(map(str, parts)).encode()).hexdigest()


def _held(connection: duckdb.DuckDBPyConnection, relation: str) -> tuple[int, int] | None:
    """What stands for the rows of a table in their order; None where there are none."""
    sql = f"select count(*), bit_xor(hash(rows, rowid)) from {relation} as rows"
    number, together = connection.execute(sql).fetchone()
    return (number, together) if number else None


def raw_columns(root: Path = ROOT) -> dict[str, list[str]]:
    """Every table of source `raw` and all its columns, as declared."""
    return dict(_raw_columns(root))


@cache
def _raw_columns(root: Path) -> tuple[tuple[str, list[str]], ...]:
    tables = {}
    for file in sorted((root / "models").rglob("*.yml")):
        if "sources:" not in (text := file.read_text()):
            continue
        for source in (one for one in yaml.safe_load(text)["sources"] if one["name"] == "raw"):
            for table in source["tables"]:
                names = [column["name"] for column in table["columns"]]
                tables[table["name"]] = [*names, "updated_at", "loaded_at"]
    return tuple(tables.items())


# what dbt would read for half of its time, and nothing here asks for: of whatever has tests, and of a whole page
TESTS = {"data_tests", "unit_tests"}


def _cut_short(source: Path, target: Path) -> None:
    """The same files, but for the tests and the semantic layer in their YAML."""

    for file in (one for one in source.rglob("*") if one.is_file()):
        place = target / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".yml":
            page = yaml.load(file.read_text(), yaml.CSafeLoader)
            kept = {name: stripped(part, TESTS) for name, part in page.items() if name not in SEMANTIC_LAYER}
            place.write_text(json.dumps(kept, default=str))
        else:
            place.symlink_to(file)


def _variables_read(manifest: Any) -> dict[str, set[str]]:
    """By model or test, the variables that its SQL and all macros in it name; `*` where a name is not written out."""
    macros = {one.name: one.macro_sql for one in manifest.macros.values() if one.package_name == CATALOG}

    @cache
    def of_text(text: str) -> tuple[frozenset[str], frozenset[str]]:
        named = re.findall(r"""\bvar\(\s*(?:['"](\w+)['"])?""", text)
        words = set(re.findall(r"\w+", text))
        # an engine's own form of a macro stands under another name
        called = {name for name in macros if name in words or name.split("__", 1)[-1] in words}
        return frozenset(name or "*" for name in named), frozenset(called)

    def of_node(text: str) -> set[str]:
        found, waiting, seen = set(), [text], set()
        while waiting:
            variables, called = of_text(waiting.pop())
            found |= variables
            waiting += [macros[name] for name in called - seen]
            seen |= called
        return found

    kinds = ("model", "test")
    return {key: of_node(one.raw_code) for key, one in manifest.nodes.items() if one.resource_type in kinds}


class Workshop:
    """A copy of the project without its tests and its semantic layer, read by dbt once and compiled for many sets of variables, in this process."""

    def __init__(self, root: Path) -> None:
        self.place = tempfile.TemporaryDirectory(prefix="compiled_")
        self.folder = Path(self.place.name)
        (self.folder / "tests").mkdir()
        for name in ("macros", "nlp", "analyses", "tests/invariants", "profiles.yml"):
            if (root / name).exists():
                (self.folder / name).symlink_to(root / name)
        for name in ("models", "seeds"):
            _cut_short(root / name, self.folder / name)
        settings = yaml.safe_load((root / "dbt_project.yml").read_text())
        settings.pop("on-run-start", None)
        (self.folder / "dbt_project.yml").write_text(yaml.safe_dump(settings, sort_keys=False))
        # relations are named when they are parsed
        self.manifest = None
        self.manifest = once(f"parsed {root}", lambda: self.dbt("parse", self.folder / f"{CATALOG}.duckdb"))
        self.root = root
        self.variables_read = _variables_read(self.manifest)

    def compiled(
        self, usual: str, tables: str, altered: Collection[str], variables: Mapping[str, Any]
    ) -> dict[str, dict[str, Any]]:
        """
        Every model and singular test as compiled over empty tables that a statement makes. Anew, only those that may read a variable, or a raw table
        that is altered; the rest over the usual tables.
        """
        default = self.whole(usual)
        asked = {"*", *variables} if variables else set()
        names = [
            node["name"]
            for key, node in default.items()
            if self.variables_read[key] & asked
            # raw_table('users'), raw_columns('users')
            or any(f"'{table}'" in node["raw_code"] for table in altered)
        ]
        if not names:
            return default
        # dbt prints what the first word of a selection names
        return default | self._compiled(tables, json.dumps(variables), "tag:none", *names)

    @cache  # noqa: B019
    def whole(self, tables: str, variables: str = "{}") -> dict[str, dict[str, Any]]:
        """The same without asking who reads what."""
        return once(
            f"compiled {self.root} {variables} {tables}",
            lambda: self._compiled(tables, variables, "resource_type:model", "test_type:singular"),
        )

    def _compiled(self, tables: str, variables: str, *selected: str) -> dict[str, dict[str, Any]]:
        database = Path(tempfile.mkdtemp(dir=self.folder)) / f"{CATALOG}.duckdb"
        with duckdb.connect(str(database)) as connection:
            connection.execute(tables)
        chosen = ["--select", *selected, "--indirect-selection", "cautious"]
        done = self.dbt("compile", database, "--vars", variables, *chosen)
        shutil.rmtree(database.parent)
        return {one.node.unique_id: one.node.to_dict() for one in done.results}

    def dbt(self, command: str, database: Path, *arguments: str) -> Any:
        """What a dbt command results in."""
        said: list[str] = []
        words = [command, "--project-dir", str(self.folder), "--profiles-dir", str(self.folder), "--target", "duckdb"]
        words += [
            "--no-version-check",
            "--no-use-colors",
            "--no-write-json",
            "--log-level-file",
            "none",
            "--quiet",
            *arguments,
        ]
        before = dict(os.environ)
        os.environ.update({"AS_OF": "", "DUCKDB_PATH": str(database), "DBT_PROJECT_DIR": str(self.folder)})
        try:
            # what is compiled is written into the manifest's nodes
            runner = dbtRunner(
                manifest=self.manifest and self.manifest.deepcopy(),
                callbacks=[lambda event: event.info.level == "error" and said.append(event.info.msg)],
            )
            outcome = runner.invoke(words)
        finally:
            os.environ.clear()
            os.environ.update(before)
        if not outcome.success:
            raise CompileError("\n".join([*said, str(outcome.exception or "")])[-6000:])
        return outcome.result


@cache
def _workshop(root: Path) -> Workshop:
    return Workshop(root)


def empty_tables(tables: Mapping[str, Iterable[str]]) -> str:
    """Statements that make schema raw with every table, all text."""
    return "; ".join(["create schema raw", *(_empty(f"raw.{name}", columns) for name, columns in tables.items())])


class Project:
    """The compiled models of one set of variables. `without`: raw columns that the extract lacks, as `table.column`."""

    def __init__(self, root: Path, variables: Mapping[str, Any], without: Iterable[str] = ()) -> None:
        self.tables = raw_columns(root)
        usual = empty_tables(self.tables)
        lacking = [name.split(".") for name in without]
        for table, column in lacking:
            self.tables[table] = [one for one in self.tables[table] if one != column]
        # over empty raw tables; without the hooks, which look for files
        workshop = _workshop(root)
        manifest = workshop.manifest.to_dict()
        manifest["nodes"] |= workshop.compiled(
            usual, empty_tables(self.tables), {table for table, _ in lacking}, dict(variables)
        )
        self.seed_types: dict[str, dict[str, str]] = {}
        self.models, self.seeds = self._read(root, manifest)
        # the project's own laws between metrics: queries that find no row where all is well
        self.invariants = {
            node["name"]: node["compiled_code"]
            for node in manifest["nodes"].values()
            if node["resource_type"] == "test" and not node.get("test_metadata")
        }
        self.by_name = {model.name: model for model in self.models}
        self.functions = ""  # SQL that defines functions which the models call
        self.shares = True  # tables with other companies

    def _read(self, root: Path, manifest: dict[str, Any]) -> tuple[list[Model], list[tuple[str, Path]]]:
        nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] in ("model", "seed")}
        models, done = [], set()
        seeds = []

        def visit(key: str) -> None:
            if key not in nodes or key in done:
                return
            done.add(key)
            node = nodes[key]
            for parent in sorted(node["depends_on"].get("nodes", ())):
                visit(parent)
            relation = f"{node['schema']}.{node['alias']}"
            if node["resource_type"] == "seed":
                seeds.append((relation, root / node["original_file_path"]))
                self.seed_types[relation] = node["config"].get("column_types", {})
                return
            kind = node["config"]["materialized"]
            if kind == "ephemeral":
                return
            parents = frozenset(nodes[parent]["name"] for parent in node["depends_on"]["nodes"] if parent in nodes)
            models.append(Model(node["name"], relation, node["compiled_code"], parents, kind == "view"))

        for key in sorted(nodes):
            visit(key)
        return models, seeds

    def wanted(self, names: Iterable[str] | None) -> list[Model]:
        """The models of these names and all that they are made from; without names, all."""
        if names is None:
            return self.models
        found, waiting = set(), list(names)
        while waiting:
            name = waiting.pop()
            if name not in found and name in self.by_name:
                found.add(name)
                waiting += self.by_name[name].parents
        return [model for model in self.models if model.name in found]

    def altered(self, name: str, old: str, new: str) -> Project:
        """The same project with other words in the SQL of one model; spaces between words are of no account."""
        pattern = r"\s+".join(map(re.escape, old.split()))
        model = self.by_name[name]
        sql, times = re.subn(pattern, lambda _: new, model.sql)
        assert times == 1, f"{name}: {times} times: {old}"
        other = copy.copy(self)
        other.models = [replace(one, sql=sql) if one is model else one for one in self.models]
        other.by_name = {one.name: one for one in other.models}
        return other

    def seeded(self, name: str, file: Path) -> Project:
        """The same project with another file for one seed."""
        assert any(relation.endswith(f".{name}") for relation, _ in self.seeds), f"no seed {name}"
        other = copy.copy(self)
        other.seeds = [(relation, file if relation.endswith(f".{name}") else old) for relation, old in self.seeds]
        return other

    def with_seeds(self, folder: Path) -> Project:
        """The same project with the files of a folder as the seeds of their names."""
        other = self
        for file in sorted(folder.glob("*.csv")):
            other = other.seeded(file.stem, file)
        return other

    def of_family(self, *families: str) -> Project:
        """The same project where marts.metrics holds the cells of these families, and nothing else need be built for it."""
        relations = {
            name: '"{}"."{}"."{}"'.format(CATALOG, *one.relation.split(".")) for name, one in self.by_name.items()
        }
        cells = [f"int_metric_cells__{family}" for family in families]
        pending = [name for family in families if (name := f"int_pending_units__{family}") in self.by_name]
        metrics, waiting = self.by_name["metrics"], self.by_name["int_pending_units"]
        united = " union all ".join(f"select * from {relations[name]}" for name in cells)
        sql, times = re.subn(r"cells as \(.*?\n\),", f"cells as ({united}),", metrics.sql, count=1, flags=re.DOTALL)
        assert times == 1
        # what waits in retention stands in the model itself, of the others a line each
        line = "union all select metric_name, period_type, period_start, pending_units from {}"
        each = line.replace(" ", r"\s+").format(r'"\w+"\."\w+"\."int_pending_units__\w+"')
        own, times = re.subn(each, "", waiting.sql)
        assert times > 1
        if "retention" in families:
            parents = {name for name in waiting.parents if not name.startswith("int_pending_units__")}
        else:
            own, parents = (
                f"select * from {relations['int_pending_units__growth']} where false",
                {"int_pending_units__growth"},
            )
        changed = {
            "metrics": replace(
                metrics,
                sql=sql,
                parents=frozenset({*cells, *(name for name in metrics.parents if "metric_cells" not in name)}),
            ),
            "int_pending_units": replace(
                waiting,
                sql="\n".join([own, *(line.format(relations[name]) for name in pending)]),
                parents=frozenset({*parents, *pending}),
            ),
        }
        other = copy.copy(self)
        other.by_name = self.by_name | changed
        other.models = [other.by_name[model.name] for model in self.models]
        return other

    def run(self, raw: Mapping[str, Table], as_of: str | None = None, models: Iterable[str] | None = None) -> Built:
        """Builds the models asked for (default: all) of a raw company."""
        if unknown := set(raw) - set(self.tables):
            raise ValueError(f"no such raw table: {', '.join(sorted(unknown))}")
        company = _OnShelf() if self.shares else _Alone(self.functions)
        wanted = self.wanted(models)
        schemas = {relation.split(".")[0] for relation in (*(one.relation for one in wanted), *dict(self.seeds))}
        company.execute("; ".join(f"create schema if not exists {schema}" for schema in sorted({"raw", *schemas})))
        for table, columns in self.tables.items():
            company.raw_table(table, columns, raw.get(table, []))
        for relation, file in self.seeds:
            types = ", ".join(f"'{name}': '{kind}'" for name, kind in self.seed_types[relation].items())
            sql = f"select * from read_csv('{file}', header = true, types = {{{types}}})"
            company.table(relation, sql, file.read_text())
        for model in wanted:
            sql = (
                f"select cast('{as_of}' as date) as as_of_day, false as moves_with_today"
                if as_of and model.name == "int_as_of"
                else model.sql
            )
            try:
                if model.is_view:
                    company.view(model.relation, sql)
                else:
                    company.table(model.relation, sql)
            except duckdb.Error as error:
                raise RuntimeError(f"{model.name}: {error}\n\n{sql}") from error
        return company.built()


class _Alone:
    """A company that is built in a DuckDB of its own, where every table is its own."""

    def __init__(self, functions: str) -> None:
        self.catalog = CATALOG
        self.connection = duckdb.connect(":memory:", config={"threads": 1})
        self.connection.execute(f"set TimeZone = 'UTC'; attach ':memory:' as {CATALOG}; use {CATALOG}")
        register(self.connection)
        self.connection.execute(functions)

    def execute(self, sql: str) -> None:
        self.connection.execute(sql)

    def raw_table(self, table: str, columns: list[str], rows: Table) -> None:
        """A raw table of texts: rows, or what a query says."""
        self.connection.execute(_empty(f"raw.{table}", columns))
        _fill(self.connection, f"raw.{table}", columns, rows)

    def table(self, relation: str, sql: str, *_: str) -> None:
        self.connection.execute(f"create table {relation} as {sql}")

    def view(self, relation: str, sql: str) -> None:
        self.connection.execute(f"create view {relation} as {sql}")

    def built(self) -> Built:
        return Built(self.connection)


class _OnShelf(_Alone):
    """A company that shares with others the tables that are made of the same."""

    def __init__(self) -> None:
        self.connection, self.catalog = _shelf().open()
        self._held: dict[str, str] = {}  # by relation, what stands for its rows
        self._empty: set[str] = set()  # raw tables
        self._taken: list[str] = []
        self._close = weakref.finalize(self, _shelf().close, self.catalog, self._taken)

    def raw_table(self, table: str, columns: list[str], rows: Table) -> None:
        super().raw_table(table, columns, rows)
        # a query may find other rows the next time
        held = _held(self.connection, f"raw.{table}")
        self._held[f"raw.{table}"] = _digest(columns, held)
        if not held:
            self._empty.add(table)

    def table(self, relation: str, sql: str, *more: str) -> None:
        key = self._key(relation, sql, *more)
        self._held[relation] = _shelf().table(self.connection, relation, key, _of_catalog(sql, self.catalog))
        self._taken.append(key)

    def view(self, relation: str, sql: str) -> None:
        self._held[relation] = self._key(relation, sql)
        super().view(relation, _of_catalog(sql, self.catalog))

    def _key(self, relation: str, sql: str, *more: str) -> str:
        # a row for each raw row, whatever else is looked up
        if relation.startswith("staging.base_") and relation.split("__")[-1] in self._empty:
            return _digest(sql)
        read = sorted(set(re.findall(rf'"{CATALOG}"\."(\w+)"\."(\w+)"', sql)))
        return _digest(sql, *more, *(self._held[f"{schema}.{name}"] for schema, name in read))

    def built(self) -> Built:
        found = Built(self.connection, self.catalog)
        self._close.detach()
        # where nobody closes it, it is when it is gone
        found.close = weakref.finalize(found, _shelf().close, self.catalog, self._taken)
        return found


def _empty(relation: str, columns: list[str]) -> str:
    """The statement that makes a raw table without rows, all text."""
    return f"create table {relation} ({', '.join(f'{column} varchar' for column in columns)})"


def _fill(connection: duckdb.DuckDBPyConnection, relation: str, known: list[str], rows: Table) -> None:
    if isinstance(rows, str):
        connection.execute(f"insert into {relation} by name select columns(*)::varchar from ({rows})")
        return
    columns = list(dict.fromkeys(name for row in rows for name in row))
    if unknown := set(columns) - set(known):
        raise ValueError(f"{relation} has no column {', '.join(sorted(unknown))}")
    if rows:
        text = json.dumps([{column: as_raw_text(row.get(column)) for column in columns} for row in rows])
        shape = json.dumps([dict.fromkeys(columns, "varchar")])
        connection.execute(
            f"insert into {relation} by name select unnest(from_json(cast(? as json), '{shape}'), recursive := true)",
            [text],
        )


def folder_tables(folder: Path) -> dict[str, Table]:
    """The files of a raw folder as queries, for `run`."""
    readers = {
        ".parquet": "read_parquet('{}')",
        ".csv": "read_csv('{}', header = true, all_varchar = true, quote = '\"', escape = '\"')",
    }
    return {
        file.stem: f"select * from {readers[file.suffix].format(file)}"
        for file in sorted(folder.iterdir())
        if file.suffix in readers
    }


def as_raw_text(value: Any) -> str | None:
    """A value as a CSV file would hold it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def project(variables: Mapping[str, Any] | None = None, root: Path = ROOT, without: Iterable[str] = ()) -> Project:
    """The compiled project, once for each set of variables."""
    return _project(json.dumps(variables or {}, sort_keys=True, default=str), root, tuple(sorted(without)))


@cache
def _project(variables: str, root: Path, without: tuple[str, ...]) -> Project:
    return Project(root, json.loads(variables), without)


def run(
    raw: Mapping[str, Table],
    as_of: str | None = None,
    variables: Mapping[str, Any] | None = None,
    models: Iterable[str] | None = None,
) -> Built:
    """Builds a raw company with the project's own SQL."""
    return project(variables).run(raw, as_of, models)

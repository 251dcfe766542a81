"""Snowflake, BigQuery, Databricks and Redshift are not run here: what can be known of them without is in other_warehouses.md, and held to it here.

The project is compiled as each of them would be sent it, with the versions of the portable macros that dbt takes there: `spark__` on Databricks,
`postgres__` on Redshift, else `default__`, which is written as for PostgreSQL. sqlglot translates each model, analysis and invariant to each
warehouse and parses the result there. What a warehouse would not take as it is written needs an override, and a line in the page's table.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import duckdb
import pytest
import sqlglot
import yaml
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel, SqlglotError

from tests.compiled import CATALOG, ROOT, Workshop
from tests.harness import contract

PAGE = "other_warehouses.md"
WAREHOUSES = {"snowflake": "Snowflake", "bigquery": "BigQuery", "databricks": "Databricks", "redshift": "Redshift"}
# what a query is written in, and whose versions of the macros are in it: snowflake and bigquery take no postgres__, which ALSO_TAKEN makes good
READ = {"snowflake": "postgres", "bigquery": "postgres", "redshift": "postgres", "databricks": "databricks"}
VERSIONS = {"postgres": ["postgres", "default"], "databricks": ["spark", "default"]}
# a time zone, or nothing would be moved from one to another
VARIABLES = {"reporting_currency": "USD", "reporting_timezone": "Europe/Berlin"}
AS_IT_IS = "as it is"

# Judged once, by the warehouses' manuals: all four take them as they are written. Classes of sqlglot, in small letters.
EVERYWHERE = frozenset(
    """
    abs add alias and avg between bigint boolean case cast chr coalesce column cte date datatypeparam denserank distinct dpipe div eq exists exp
    firstvalue floor from group gt gte having identifier if in integer is join lag lead length like limit literal ln lower lt lte max min mod mul neg
    neq not ntile null nullif or order ordered pad paren pow rank replace round rownumber select sign sqrt star sub subquery substring sum table
    tablealias tuple union_all upper var where window windowspec with withingroup count extract(year) extract(month) regexp_replace() trim()
    """.split()
)  # fmt: skip
# what dbt writes in each adapter's own way: dbt.escape_single_quotes, dbt.listagg
WRITTEN_BY_DBT = frozenset({"''", "dbt_listagg()"})
# the spark__ versions speak of these besides
ON_DATABRICKS = frozenset(
    """
    addmonths array arrayagg arrayappend
    arrayslice arraysort btrim() converttimezone datediff dot explode jsonformat lambda propertyeq reduce string struct
    timestampltz timestampntz trycast tsordsadd unixmicros varmap weekday() xxhash64()
    """.split()
)

# sqlglot writes it in another way there, or does not know it, though the warehouse takes it as it is written
ALSO_TAKEN = {
    "snowflake": {
        "substring", "trim()", "trim(…, characters)", "extract(year)", "extract(month)", "text", "double precision", "position()",
        "collate",
    },
    "bigquery": {"substring", "trim()", "trim(…, characters)", "integer", "bigint", "boolean", "mod", "collate"},
    "databricks": {"btrim()", "weekday()", "xxhash64()"},
    "redshift": {"substring", "trim()", "integer"},
}  # fmt: skip

# sqlglot lets it pass, though the warehouse does not have it, or means something else by it
NOT_THERE = {
    "snowflake": {
        "n * interval", "extract(epoch)", "extract(isodow)", "regexp_replace(…, 'g')", "not materialized", "recursive … union", "window … as",
    },
    "bigquery": {
        "date - date", "extract(epoch)", "extract(isodow)", "not materialized", "recursive … union", "decimal", "least()", "greatest()",
        "percentile_cont()", "as … (column)", "to_json()", "values",
    },
    "databricks": {"concat()", "timestamp", "not materialized", "recursive … union", "extract(epoch)", "extract(isodow)"},
    "redshift": {
        "n * interval", "extract(epoch)", "extract(isodow)", "not materialized", "recursive … union", "varchar", "generate_series()",
        "regexp_replace(…, 'g')", "is distinct from", "range … preceding", "trim(…, characters)", "values", "window … as", "collate",
    },
}  # fmt: skip

# columns and aliases that would have to be quoted; of BigQuery and Redshift, sqlglot knows them itself
SNOWFLAKE_RESERVES = frozenset(
    """
    account all alter and any as between by case cast check column connect connection constraint create cross current database delete distinct drop
    else exists false following for from full grant group having ilike in increment inner insert intersect into is issue join lateral left like
    localtime localtimestamp minus natural not null of on or order organization qualify regexp revoke right rlike row rows sample schema select set
    some start table tablesample then to trigger true try_cast union unique update using values view when whenever where with
    """.split()
)  # fmt: skip
# an alias that sqlglot makes up, for the rows of a series
MADE_UP = "_u"

SPELT = {
    "attimezone": "at time zone",
    "concat": "concat()",
    "concatws": "concat_ws()",
    "currenttimestamp": "now()",
    "explodinggenerateseries": "generate_series()",
    "generateseries": "generate_series()",
    "greatest": "greatest()",
    "groupconcat": "string_agg()",
    "intdiv": "div()",
    "least": "least()",
    "md5": "md5()",
    "nullsafeeq": "is distinct from",
    "nullsafeneq": "is distinct from",
    "percentilecont": "percentile_cont()",
    "regexplike": "~",
    "strposition": "position()",
    "timestamptrunc": "date_trunc()",
}
TYPES = {"double": "double precision", "int": "integer"}
TYPES_OF_DATABRICKS = {**TYPES, "text": "string", "timestamptz": "timestamp"}


@cache
def dialect(name: str) -> Dialect:
    return Dialect.get_or_raise(name)


# -- what a query is made of, and what a warehouse would say to it ----------------------------------------------------


def construct(node: exp.Expression, read: str = "postgres") -> str:
    """What a part of a query is called, here and in the page's table."""
    kind = type(node).__name__.lower()
    if isinstance(node, exp.Anonymous):
        return f"{node.name.lower()}()"
    if isinstance(node, exp.DataType):
        word = node.this.value.lower()
        return (TYPES_OF_DATABRICKS if read == "databricks" else TYPES).get(word, word)
    if isinstance(node, exp.Boolean):
        return "boolean"
    if isinstance(node, exp.Literal):
        return "''" if "'" in node.name else r"'\'" if "\\" in node.name else kind
    if isinstance(node, exp.Extract):
        return f"extract({node.name.lower()})"
    if isinstance(node, exp.Trim):
        return "trim(…, characters)" if node.expression else "trim()"
    if isinstance(node, exp.RegexpReplace):
        return "regexp_replace(…, 'g')" if node.args.get("modifiers") else "regexp_replace()"
    if isinstance(node, exp.SetOperation):
        return f"{kind} without all" if node.args.get("distinct") else f"{kind}_all"
    if isinstance(node, exp.Mul) and (node.this.find(exp.Interval) or node.expression.find(exp.Interval)):
        return "n * interval"
    if isinstance(node, exp.Sub) and all(part.unnest().is_type("date") for part in (node.this, node.expression)):
        return "date - date"
    if isinstance(node, exp.WindowSpec):
        by_value = str(node.args.get("kind")).lower() == "range" and isinstance(node.args.get("start"), exp.Expression)
        return "range … preceding" if by_value else kind
    if isinstance(node, exp.CTE):
        return kind if node.args.get("materialized") is None else "not materialized"
    if isinstance(node, exp.With):
        walks = (one for one in node.expressions if one.this.find(exp.Union) and _reads(one.this, one.alias))
        return "recursive … union" if any(one.this.args.get("distinct") for one in walks) else kind
    if isinstance(node, exp.Select):
        return "window … as" if node.args.get("windows") else kind
    if isinstance(node, exp.Distinct):
        return "distinct on" if node.args.get("on") else kind
    if isinstance(node, exp.Ordered):
        return "order by"
    if isinstance(node, exp.TableAlias):
        return "as … (column)" if node.columns else kind
    return SPELT.get(kind, kind)


def _reads(query: exp.Expression, name: str) -> bool:
    return any(table.name == name and not table.db for table in query.find_all(exp.Table))


# parts that are nothing without what they hold: they are looked at as a whole model, below
HOLDING = (
    exp.Select, exp.Subquery, exp.Paren, exp.Table, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Alias, exp.Column, exp.Identifier,
    exp.If, exp.Case, exp.CTE, exp.With, exp.Order, exp.Tuple, exp.Cast, exp.Star, exp.Var, exp.DataTypeParam, exp.TableAlias,
)  # fmt: skip
KEPT = (exp.Literal, exp.DataType, exp.Var, exp.Interval, exp.Boolean)


def bare(node: exp.Expression) -> exp.Expression:
    """The part alone: `x` in the place of what it is about."""
    if isinstance(node, exp.SetOperation):
        return type(node)(this=exp.select("x"), expression=exp.select("x"), distinct=node.args.get("distinct"))

    def placed(value: object) -> object:
        if not isinstance(value, exp.Expression):
            return value
        is_plain = not isinstance(value, exp.Literal) or not {"'", "\\"} & set(value.name)
        return value.copy() if isinstance(value, KEPT) and is_plain else exp.column("x")

    alone = type(node)()
    for key, value in node.args.items():
        if not (isinstance(node, exp.Window) and isinstance(value, exp.Order | exp.WindowSpec)):
            alone.set(key, [placed(one) for one in value] if isinstance(value, list) else placed(value))
    return alone


# the parts of all queries that were read, each once: by what they are written in, what they are, and their text
Part = tuple[str, type, str]
PARTS: dict[Part, exp.Expression] = {}


@cache
def is_rewritten(part: Part, warehouse: str) -> bool:
    """Whether sqlglot writes a part in another way there."""
    return dialect(warehouse).generator(unsupported_level=ErrorLevel.IGNORE).generate(PARTS[part]) != part[2]


class Query:
    """A compiled query, read once."""

    def __init__(self, sql: str, read: str = "postgres") -> None:
        self.tree = sqlglot.parse_one(sql, read=read, error_level=ErrorLevel.RAISE)
        self.constructs: set[str] = set()
        self.names: set[str] = set()
        self.parts: set[tuple[str, Part]] = set()
        write = dialect(read).generator(unsupported_level=ErrorLevel.IGNORE).generate
        for node in self.tree.walk():
            self.constructs.add(word := construct(node, read))
            if isinstance(node, exp.Identifier) and not node.quoted:
                self.names.add(node.name)
            if not isinstance(node, HOLDING):
                alone = bare(node)
                part = (read, type(node), write(alone))
                PARTS.setdefault(part, alone)
                self.parts.add((word, part))

    def translated(self, warehouse: str) -> tuple[str, set[str]]:
        """What is wrong with the whole query there, empty where it parses; and constructs that sqlglot cannot translate or does not know."""
        tree = self.tree.copy()
        for node in tree.find_all(exp.Identifier):
            if not node.quoted and is_reserved(node.name, warehouse):
                node.set("quoted", True)
        if warehouse == "bigquery":
            # sqlglot fails where a named window orders nulls in another way than BigQuery does; the constructs tell of that
            for window in (one for one in tree.find_all(exp.Window) if isinstance(one.this, exp.Identifier)):
                for order in window.find_all(exp.Ordered):
                    order.set("nulls_first", not order.args.get("desc"))
        writer = dialect(warehouse).generator(unsupported_level=ErrorLevel.IGNORE, comments=False)
        text = writer.generate(tree, copy=False)
        missing = {unsupported(message) for message in writer.unsupported_messages}
        try:
            back = sqlglot.parse_one(text, read=warehouse, error_level=ErrorLevel.RAISE)
        except SqlglotError as error:
            return str(error).splitlines()[0], missing
        if back.find(exp.Command):
            return "it is no query", missing
        return "", missing | {construct(one) for one in back.find_all(exp.Anonymous) if one.name.lower() != MADE_UP}

    def needs(self, warehouse: str) -> tuple[str, set[str]]:
        """What is wrong with the whole query there, and constructs that would need an override."""
        fault, missing = self.translated(warehouse)
        missing |= {word for word, part in self.parts if is_rewritten(part, warehouse)}
        missing -= ALSO_TAKEN[warehouse] | WRITTEN_BY_DBT
        missing |= self.constructs & NOT_THERE[warehouse]
        return fault, missing | {name for name in self.names if is_reserved(name, warehouse)}


@cache
def is_reserved(name: str, warehouse: str) -> bool:
    if warehouse == "snowflake":
        return name in SNOWFLAKE_RESERVES
    return dialect(warehouse).generator().generate(exp.to_identifier(name)) != name


def unsupported(message: str) -> str:
    """What sqlglot cannot translate, as the page calls it."""
    if re.match(r"'NULLS (FIRST|LAST)' translation", message):
        return "order by"
    if "'RegexpReplace'" in message:
        return "regexp_replace(…, 'g')"
    return message


# -- the page --------------------------------------------------------------------------------------------------------


def table(page: str) -> dict[str, set[str]]:
    """The page's table: of each warehouse, the constructs that would need an override there. Several of one line go together."""
    needed: dict[str, set[str]] = {warehouse: set() for warehouse in WAREHOUSES}
    for cells in rows(page):
        for warehouse, cell in zip(WAREHOUSES, cells[1:5], strict=True):
            if cell != AS_IT_IS:
                needed[warehouse] |= set(named(cells[0]))
    return needed


def rows(page: str) -> list[list[str]]:
    """The lines of the table of constructs, cell by cell."""
    lines = (
        page.split(f"| written | {' | '.join(WAREHOUSES.values())} | where |\n")[1].split("\n\n")[0].splitlines()[1:]
    )
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def differences(
    queries: Mapping[str, Mapping[str, str]], needed: Mapping[str, set[str]], judged: Iterable[str] = ()
) -> list[str]:
    """Where queries (what they are written in: by name) and the page part, a sentence each. `judged`: constructs of which the page speaks."""
    return list(_differences(queries, needed, EVERYWHERE.union(WRITTEN_BY_DBT, judged, *needed.values())))


def _differences(
    queries: Mapping[str, Mapping[str, str]], needed: Mapping[str, set[str]], judged: frozenset[str]
) -> Iterator[str]:
    met: dict[str, set[str]] = {warehouse: set() for warehouse in WAREHOUSES}
    for read, name, sql in ((read, name, sql) for read, some in queries.items() for name, sql in some.items()):
        try:
            query = Query(sql, read)
        except SqlglotError as error:
            yield f"{name}: sqlglot cannot read it as {read}: {str(error).splitlines()[0]}"
            continue
        for word in sorted(query.constructs - judged - (ON_DATABRICKS if read == "databricks" else set())):
            yield (
                f"{name}: nobody has judged `{word}` for other warehouses. Does each take it as it is written? Then it belongs into EVERYWHERE in"
                f" tests/{Path(__file__).name}; else into the table of {PAGE}"
            )
        for warehouse in (one for one in WAREHOUSES if READ[one] == read):
            called = WAREHOUSES[warehouse]
            fault, missing = query.needs(warehouse)
            if fault:
                yield f"{name}: translated to {called}, it does not parse there: {fault}"
            met[warehouse] |= missing
            for word in sorted(missing - needed[warehouse]):
                yield (
                    f"{name}: `{word}` would need an override on {called}. Write it through a macro of macros/portable and say in the table of"
                    f" {PAGE}, column {called}, what it would be there; or write what all warehouses take"
                )
    for warehouse, called in WAREHOUSES.items():
        for word in sorted(needed[warehouse] - met[warehouse]):
            yield f"{PAGE} says that `{word}` needs an override on {called}; no query does any more: say `{AS_IT_IS}`, or take the line out"


# -- the project -----------------------------------------------------------------------------------------------------


def as_sent_elsewhere(macros: Path) -> None:
    """Makes dbt take, instead of DuckDB's, the version of each macro that variable `versions` names first."""
    texts = {file: file.read_text() for file in macros.rglob("*.sql")}
    defined = {
        name: arguments
        for text in texts.values()
        for name, arguments in re.findall(r"{%-?\s*macro (?:default|spark)__(\w+)\((.*?)\)", text)
    }
    chosen = {name for text in texts.values() for name in re.findall(r"adapter\.dispatch\('(\w+)'", text)} & set(
        defined
    )
    # done to the database, or asked of it
    chosen -= {"attach_published", "is_time_zone", "register_raw_files", "where_raw_tables_are", "whole_table"}
    for file, text in texts.items():
        file.write_text(re.sub(rf"macro duckdb__({'|'.join(chosen)})\(", r"macro not_here__\1(", text))
    made = [
        """{% macro version_of(name) %}
            {% set found = [] %}
            {% for engine in var('versions', ['default']) if context.get(engine ~ '__' ~ name) %}
                {% do found.append(context[engine ~ '__' ~ name]) %}
            {% endfor %}
            {{ return(found[0]) }}
        {% endmacro %}""",
        "{% macro duckdb__listagg(measure, delimiter_text, order_by_clause, limit_num) %}dbt_listagg({{ measure }}){% endmacro %}",
        r"""{% macro duckdb__escape_single_quotes(text) -%}
            {{ text | replace("'", "\\'" if 'spark' in var('versions', []) else "''") }}
        {%- endmacro %}""",
    ]
    for name in sorted(chosen):
        given = ", ".join(re.findall(r"(\w+)(?:=[^,]*)?", defined[name]))
        made.append(
            f"{{% macro duckdb__{name}({defined[name]}) -%}}{{{{ version_of('{name}')({given}) }}}}{{%- endmacro %}}"
        )
    (macros / "versions.sql").write_text("\n".join(made))


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """By what it is written in, every model, analysis and invariant by its file."""
    root = tmp_path_factory.mktemp("project")
    for name in ("models", "seeds", "nlp", "analyses", "tests", "profiles.yml", "dbt_project.yml"):
        (root / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "macros", root / "macros")
    as_sent_elsewhere(root / "macros")
    workshop = Workshop(root)
    chosen = ["--select", "resource_type:model", "resource_type:analysis", "test_type:singular"]
    compiled = {}
    for read, versions in VERSIONS.items():
        database = tmp_path_factory.mktemp("database") / f"{CATALOG}.duckdb"
        with duckdb.connect(str(database)) as connection:
            connection.execute("; ".join(raw_tables()))
        variables = json.dumps({**VARIABLES, "versions": versions})
        done = workshop.dbt("compile", database, "--vars", variables, *chosen, "--indirect-selection", "cautious")
        compiled[read] = {one.node.original_file_path: one.node.compiled_code for one in done.results}
    for name, sql in compiled["databricks"].items():
        compiled["databricks"][name] = in_words_of_spark(sql)
    return compiled


def raw_tables() -> Iterator[str]:
    """Raw tables of two columns, of one kind or another: what a column is parsed with depends on its kind alone; one that is missing is null."""
    yield "create schema raw; create schema nlp"
    yield "create table nlp.text_scores (text varchar, language varchar, polarity double)"
    kinds = itertools.cycle(("instant", "number", "date", "boolean", "text"))
    for name, columns in contract().items():
        first, *others = columns
        kind = next(kind for kind in kinds if kind in {columns[other]["type"] for other in others} or not others)
        given = [first, *[other for other in others if columns[other]["type"] == kind][:1]]
        yield f"create table raw.{name} ({', '.join(f'{column} varchar' for column in given)})"


def in_words_of_spark(sql: str) -> str:
    """What the project's own spark__create_table_as makes of a query."""
    text = (ROOT / "macros/portable/spark_statements.sql").read_text().split("set words = {")[1].split("}")[0]
    words = re.findall(r"'(.+?)': '(.+?)'", text)
    assert words
    for word, other in words:
        sql = re.sub(word.replace(r"\\", "\\"), other, sql)
    return sql


def test_every_query_is_there(queries: dict[str, dict[str, str]]) -> None:
    files = [file for name in ("models", "analyses", "tests/invariants") for file in (ROOT / name).rglob("*.sql")]
    names = {str(file.relative_to(ROOT)) for file in files if "generic" not in file.parts}
    assert {read: set(some) for read, some in queries.items()} == dict.fromkeys(VERSIONS, names)


def test_the_page_lists_what_would_need_an_override(queries: dict[str, dict[str, str]]) -> None:
    """Every query parses in each warehouse, and the table says what is not taken as it is written."""
    page = (ROOT / PAGE).read_text()
    found = differences(queries, table(page), [word for cells in rows(page) for word in named(cells[0])])
    assert not found, f"{len(found)} of them:\n" + "\n".join(found[:40])


def test_the_page_says_where_an_override_belongs() -> None:
    """Each line of the table leads to files of the project, and needs something of somebody."""
    for written, *cells, where in rows((ROOT / PAGE).read_text()):
        assert named(written)
        assert set(cells) != {AS_IT_IS}, written
        links = re.findall(r"\]\(([^)#]+)\)", where)
        assert links, written
        assert all((ROOT / link).exists() for link in links), where


def test_profiles_name_variables_and_hold_no_secret() -> None:
    profiles = {}
    for block in re.findall(r"```yaml\n(.*?)```", (ROOT / PAGE).read_text(), re.DOTALL):
        profiles |= yaml.safe_load(block)
    assert set(profiles) == set(WAREHOUSES)
    for name, profile in profiles.items():
        assert profile["type"] == name
        settings = {key: str(value) for key, value in profile.items() if key not in ("type", "threads", "method")}
        assert not [key for key, value in settings.items() if "env_var(" not in value], name


# -- the check itself: each thing that it is there for, once ------------------------------------------------------------

NOTHING: dict[str, set[str]] = {warehouse: set() for warehouse in WAREHOUSES}


def everywhere(sql: str) -> dict[str, dict[str, str]]:
    """A model that is written for all in the same way."""
    return {read: {"models/m.sql": sql} for read in VERSIONS}


def test_what_all_take_is_fine() -> None:
    sql = "select a, coalesce(b, 0) as b, count(*) as n from (select 1 as a, 2 as b) as rows_of group by a, b having max(a) > 0"
    assert differences(everywhere(sql), NOTHING) == []


def test_a_query_that_does_not_parse_is_named() -> None:
    (message,) = differences({"postgres": {"models/m.sql": "select a from (select 1 as a"}}, NOTHING)
    assert message.startswith("models/m.sql: sqlglot cannot read it as postgres: Expecting )")


def test_a_query_that_does_not_parse_elsewhere_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name `sample` between commas is read as a word of Snowflake's own, unless it is quoted."""
    sql = {"postgres": {"models/m.sql": "select max(a) over (partition by b, sample, c) as a from t"}}
    monkeypatch.setattr(f"{__name__}.SNOWFLAKE_RESERVES", frozenset())
    is_reserved.cache_clear()
    messages = differences(sql, NOTHING)
    assert [
        one for one in messages if one.startswith("models/m.sql: translated to Snowflake, it does not parse there: ")
    ]
    monkeypatch.undo()
    is_reserved.cache_clear()
    (message,) = differences(sql, NOTHING)
    assert message.startswith("models/m.sql: `sample` would need an override on Snowflake.")


def test_a_function_that_nobody_knows_is_named_for_each_warehouse() -> None:
    messages = differences(everywhere("select made_up(a) as a from t"), NOTHING, ["made_up()"])
    assert {one.split(". ")[0] for one in messages} == {
        f"models/m.sql: `made_up()` would need an override on {called}" for called in WAREHOUSES.values()
    }


@pytest.mark.parametrize(
    ("expression", "word", "where"),
    [
        ("a ~ 'b'", "~", {"snowflake", "bigquery"}),
        ("cast(a as date) - cast(b as date)", "date - date", {"bigquery"}),
        ("least(a, b)", "least()", {"snowflake", "bigquery"}),
        ("a is distinct from b", "is distinct from", {"redshift"}),
        ("cast(a as decimal(38, 10))", "decimal", {"bigquery"}),
        ("concat(a, b)", "concat()", {"snowflake", "bigquery", "databricks", "redshift"}),
        ("string_agg(a, ',' order by a nulls last)", "string_agg()", {"snowflake", "redshift"}),
        ("cast(a as timestamp)", "timestamp", {"bigquery", "databricks"}),
    ],
)  # fmt: skip
def test_an_override_that_the_page_lacks_is_named(expression: str, word: str, where: set[str]) -> None:
    """What sqlglot writes in another way, and what it lets pass though it is not there."""
    queries = everywhere(f"select {expression} as c from t")
    named_for = {
        called for called in WAREHOUSES.values() for one in differences(queries, NOTHING) if f"`{word}` would need an override on {called}." in one
    }  # fmt: skip
    assert named_for == {WAREHOUSES[warehouse] for warehouse in where}


def test_a_construct_that_nobody_has_judged_is_named() -> None:
    """sqlglot would let it pass in all four; whether it is there, it cannot say."""
    messages = differences(everywhere("select corr(a, b) as c from t"), NOTHING)
    assert len(messages) == len(VERSIONS)
    assert all(one.startswith("models/m.sql: nobody has judged `corr` for other warehouses.") for one in messages)


def test_an_override_that_is_no_longer_needed_is_named() -> None:
    (message,) = differences(everywhere("select a from t"), {**NOTHING, "redshift": {"div()"}})
    assert message.startswith(f"{PAGE} says that `div()` needs an override on Redshift; no query does any more")

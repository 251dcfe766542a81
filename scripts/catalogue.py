"""Writes the catalogue as files that open without a server: a page a metric and a table, where published definitions differ, and a search."""

import json
import re
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import SqlLexer
from pygments.lexers.templates import SqlJinjaLexer

import catalogue_drawings as drawings
from catalogue_arithmetic import number, parts_of
from catalogue_contents import Catalogue, Metric, Node, Outcome, linker
from inputs import PROJECT

TEMPLATES = PROJECT / "catalogue"
STATIC = ("style.css", "search.js")
# as people read them: first what is for them, last what they never need
SCHEMAS = ("marts", "raw", "seeds", "staging", "intermediate", "published")
# words in a text that may be the name of something
NAME = re.compile(r"`([^`]+)`|(https?://[^\s,;)]+[^\s,;:.)])|\b(?:\w+\.)?[a-z][a-z0-9]*(?:_+[a-z0-9]+)*\b")
BREAKS = re.compile(r"([_/.])")
HTML = HtmlFormatter(cssclass="sql")


def write(catalogue: Catalogue, folder: Path) -> None:
    """Write every page into a folder that is not there yet."""
    for part in ("metrics", "tables"):
        (folder / part).mkdir(parents=True)
    for name in STATIC:
        shutil.copyfile(TEMPLATES / name, folder / name)
    (folder / "search-index.js").write_text(search_index(catalogue), encoding="utf-8")
    render = _renderer(catalogue, folder)
    render("index.html", "index.html")
    render("tables.html", "tables.html", schemas=_by_schema(catalogue))
    pictures = {
        conflict.anchor: Markup(drawings.rivals(conflict.members, catalogue.build.currency))
        for conflict in catalogue.conflicts
    }
    render("conflicts.html", "conflicts.html", pictures=pictures)
    for metric in catalogue.metrics.values():
        family = sorted(
            (one for one in catalogue.metrics.values() if one.head == metric.head),
            key=lambda one: one.variant_of is not None,
        )
        render(
            "metric.html",
            metric.page,
            metric=metric,
            family=family,
            curve=Markup(drawings.curve(metric, catalogue.build.currency)),
            parts=_sql_of_parts(metric),
        )
    for node in catalogue.tables:
        render("table.html", node.page, node=node)


def search_index(catalogue: Catalogue) -> str:
    """What the search looks through: kind, name, label, sentence and page, as a script, since pages of a file cannot fetch."""
    entries = [["metric", one.name, one.label, one.description, one.page] for one in catalogue.metrics.values()]
    entries += [["table", one.title, one.title, _first_sentence(one.description), one.page] for one in catalogue.tables]
    # "</script>" in a text would end a script that stands in a page
    return f"window.catalogueIndex = {json.dumps(entries, ensure_ascii=False, separators=(',', ':'))};\n".replace(
        "</", "<\\/"
    )


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.])\s", " ".join(text.split()), maxsplit=1)[0]


def _by_schema(catalogue: Catalogue) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {schema: [] for schema in SCHEMAS}
    for node in catalogue.tables:
        found.setdefault(node.schema, []).append(node)
    return {schema: nodes for schema, nodes in found.items() if nodes}


def _sql_of_parts(metric: Metric) -> dict[str, str]:
    """The SQL of numerator and denominator, without casts, where it says more than the name of the part."""
    parts = {name: part.sql("duckdb") for name, part in parts_of(metric.node.compiled, metric.name).items()}
    return {name: sql for name, sql in parts.items() if sql.split(".")[-1] != name}


def _renderer(catalogue: Catalogue, folder: Path) -> Callable[..., None]:
    """Writes a template as a page; every text is escaped but what is made here."""
    find = linker(catalogue)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    currency = catalogue.build.currency
    environment.filters |= {
        "arithmetic": lambda outcome, metric: arithmetic(outcome, metric, currency),
        "breaks": breaks,
        "cell": cell,
        "coloured": coloured,
        "first_sentence": _first_sentence,
        "link": link,
        "minute": lambda instant: f"{instant:%Y-%m-%d %H:%M}",
        "month": drawings.month_name,
        "neighbours": lambda node, root: Markup(drawings.neighbours(node, root)),
        "number": lambda value: drawings.NONE if value is None else number(round(value, 2)),
        "paragraphs": lambda text: [part.strip() for part in text.split("\n") if part.strip()],
        "prose": lambda text, root: prose(text, root, find),
        "small_line": lambda months: Markup(drawings.small_line(months)),
        "written": lambda value, metric: drawings.written(value, metric, currency),
    }
    known: Mapping[str, Any] = {"catalogue": catalogue, "build": catalogue.build}

    def render(template: str, page: str, **more: Any) -> None:
        root = "../" * page.count("/")
        text = environment.get_template(template).render({**known, **more, "root": root, "here": page})
        (folder / page).write_text(text, encoding="utf-8")

    return render


def prose(text: str, root: str, find: Callable[[str], str | None]) -> Markup:
    """A text with names of metrics and tables, and addresses, as links, and what stands between backticks as code."""
    pieces: list[Markup] = []
    end = 0
    for match in NAME.finditer(text):
        name = match[1] or match[0]
        page = find(name)
        if match[2]:
            piece = link(match[2])
        elif page:
            piece = Markup('<a href="{}"><code>{}</code></a>').format(root + page, breaks(name))
        elif match[1]:
            piece = Markup("<code>{}</code>").format(breaks(name))
        else:
            continue
        pieces += [escape(text[end : match.start()]), piece]
        end = match.end()
    return Markup("").join([*pieces, escape(text[end:])])


def link(address: str) -> Markup:
    """An address elsewhere, under the name of its host."""
    return Markup('<a href="{}" rel="noreferrer">{}</a>').format(address, urlsplit(address).hostname)


@cache
def breaks(text: str) -> Markup:
    """A long name that may be broken where its words end."""
    return Markup(BREAKS.sub(r"\1<wbr>", str(escape(text))))


def cell(value: Any) -> str:
    """A value that an example gives."""
    if value is None:
        return ""
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def coloured(sql: str) -> Markup:
    """A query in colours, by its words; the page's style says which."""
    lexer = SqlJinjaLexer() if "{" in sql else SqlLexer()
    return Markup(highlight(sql.strip(), lexer, HTML))


def arithmetic(outcome: Outcome, metric: Metric, currency: str) -> str:
    """The steps from the numbers of an example to its figure, each as it follows from the one before."""
    figure = drawings.written(outcome.value, metric, currency if metric.unit == "money" else "")
    numbers = outcome.arithmetic.numbers if outcome.arithmetic else {}
    if metric.kind == "ratio":
        if outcome.numerator is None:
            return "no figure: the upper part is missing"
        plain = f"{number(outcome.numerator)} / {_or_missing(outcome.denominator)}"
        upper, lower = (_bracketed(numbers.get(part, "")) for part in ("numerator", "denominator"))
        written = f"{upper or number(outcome.numerator)} / {lower or _or_missing(outcome.denominator)}"
        steps = [plain] if written == plain else [written, plain]
        return " = ".join(
            [*steps, figure if outcome.value is not None else "no figure, for there is nothing to divide by"]
        )
    if outcome.value is None:
        return "no figure"
    exact = number(round(outcome.value, 6))
    steps = [numbers.get("value" if metric.kind == "statistic" else "numerator", exact), exact]
    # what is written as it is counted needs no other words
    words = [] if metric.unit in ("money", "count", "score", "points") else [figure]
    return " = ".join(dict.fromkeys([*steps, *words]))


def _or_missing(value: Any) -> str:
    return "nothing" if value is None else number(value)


def _bracketed(expression: str) -> str:
    """A sum or quotient in brackets; a number alone without."""
    return f"({expression})" if re.search(r"[^\d.,-]", expression) else expression

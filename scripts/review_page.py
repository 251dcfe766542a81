"""The review as Markdown: what changed, of which metrics, where, for whom and by which lines; short enough for a comment."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from review_changes import CHANGELOG, Commit
from review_figures import SEGMENTS_OF_NEW, Added, Cell, Comparison, Mart, Metric

# GitHub takes comments of 65,536 characters
LONGEST = 60_000
METRICS_LISTED = 60
METRICS_IN_DETAIL = 12
METRICS_UNFOLDED = 3
FIELDS_SHOWN = 40
DIFF_LINES = 80
NAMES_SHOWN = 12
# of a whole company: growth may be more than one
LARGEST_SHARE = 2
PERIODS = {"trailing_year": "12 months"}
# keeps what belongs together on one line of a table
BLANK = "\N{NO-BREAK SPACE}"
# fewer words beside a name say that it changed, not why
WORDS_OF_A_REASON = 5
NAMES = re.compile(r"`([^`]*)`")
MARKER = "<!-- make review -->"


@dataclass(frozen=True)
class Review:
    """What the page is written from."""

    base: Commit
    head: Commit
    is_committed: bool
    files: Sequence[str]  # those that a figure may depend on
    built: dict[str, str]  # in words, by side
    data: str  # in words
    notes: Sequence[str] = ()
    comparison: Comparison | None = None  # none where nothing was built
    causes: dict[str, Sequence[str]] = field(default_factory=dict)  # the changed files by metric
    diffs: dict[str, str] = field(default_factory=dict)  # by file
    checks: dict[str, str] = field(default_factory=dict)  # the same of the reference that figures are compared with
    families: dict[str, str] = field(default_factory=dict)  # by metric
    entries: Sequence[str] = ()  # what was added to CHANGELOG.md

    @property
    def changed(self) -> list[str]:
        """The metrics of which a published figure is another, or is gone."""
        if not self.comparison:
            return []
        return [metric.name for metric in self.comparison.metrics] + self.comparison.metrics_removed

    @property
    def unexplained(self) -> list[str]:
        """Those of them that CHANGELOG.md gives no reason for."""
        return unexplained(self.changed, self.entries, self.families)


def unexplained(metrics: Iterable[str], entries: Iterable[str], families: dict[str, str]) -> list[str]:
    """
    The metrics that no entry explains. An entry does that with five words or more beside names in backticks: that of the metric, a pattern such as
    `mrr*`, or, in an entry with the word family or families, that of its family.
    """
    told: list[str] = []
    for entry in entries:
        words = re.findall(r"[^\W\d_]{2,}", NAMES.sub(" ", re.sub(r"\]\([^)]*\)", "] ", entry)))
        if len(words) >= WORDS_OF_A_REASON:
            names = NAMES.findall(entry)
            of_families = names if {"family", "families"} & {word.lower() for word in words} else []
            told += [*names, *(metric for metric, family in families.items() if family in of_families)]
    return [metric for metric in metrics if not any(fnmatchcase(metric, name) for name in told)]


def page(review: Review) -> str:
    """The whole page."""
    sections = [_top(review)]
    if found := review.comparison:
        is_folded = len(found.metrics) > METRICS_UNFOLDED
        sections += [
            _metrics(found, review),
            _comings_and_goings(found),
            *(
                _new(one, review, len(found.metrics_added) > METRICS_UNFOLDED)
                for one in found.metrics_added[:METRICS_IN_DETAIL]
            ),
            _definitions(found),
            *(_metric(metric, review, is_folded) for metric in found.metrics[:METRICS_IN_DETAIL]),
            _further(found.metrics[METRICS_IN_DETAIL:], review),
            _marts(found),
        ]
    used = {file for files in review.causes.values() for file in files}
    sections.append(_diffs("What the figures are made of, as it changed", review.diffs, used))
    sections.append(_diffs("What computes them again, from the raw rows alone, as it changed", review.checks))
    return fitted([section for section in sections if section])


def fitted(sections: Sequence[str]) -> str:
    """The sections that have room, in their order; where some have none, a line says so."""
    kept, left_out, length = [], 0, len(MARKER)
    for section in sections:
        if length + len(section) + 2 > LONGEST - 200:
            left_out += 1
            continue
        kept.append(section)
        length += len(section) + 2
    if left_out:
        kept.append(
            f"*{left_out} more section{'s' * (left_out > 1)} had no room here: `make review` writes target/review.md.*"
        )
    return "\n\n".join([*kept, MARKER]) + "\n"


def _top(review: Review) -> str:
    """What it comes to, and what was compared."""
    head = f"`{review.head.short}` {_escaped(review.head.subject)}"
    if not review.is_committed:
        head += " **and what is not committed yet**"
    lines = [
        f"# Review of {_code(review.head.name or review.head.short)} against {_code(review.base.name)}",
        "",
        *_verdict(review),
        "",
    ]
    lines += ["| | commit | built |", "|---|---|---|"]
    lines += [f"| base | `{review.base.short}` {_escaped(review.base.subject)} | {review.built['base']} |"]
    lines += [f"| head | {head} | {review.built['head']} |"]
    lines += ["", review.data] if review.data else []
    lines += ["", *(f"- {note}" for note in review.notes)] if review.notes else []
    return "\n".join(lines)


def _verdict(review: Review) -> list[str]:
    """The first sentences."""
    found = review.comparison
    if not found:
        return ["**No figure changed.** No file that a figure is made of has changed, so that nothing was built."]
    if not review.changed:
        lines = ["**No figure changed.**"]
    else:
        cells = sum(metric.differing for metric in found.metrics)
        words = (
            [f"{_count(cells, 'figure')} of {_count(len(found.metrics), 'metric')} changed"] if found.metrics else []
        )
        words += [
            f"{_count(len(found.metrics_removed), 'metric')} {'is' if len(found.metrics_removed) == 1 else 'are'} gone"
        ] * bool(found.metrics_removed)
        lines = [f"**{', '.join(words)}.**"]
    if review.changed and (missing := review.unexplained):
        lines[-1] += (
            f" **{CHANGELOG} does not say why: {_listed(missing)}.** An entry names each in backticks, by itself, by a pattern such as"
            " `mrr*` or by its family, with the reason beside it."
        )
    elif review.changed:
        lines[-1] += f" {CHANGELOG} says why:"
        explaining = [
            entry
            for entry in review.entries
            if len(unexplained(review.changed, [entry], review.families)) < len(review.changed)
        ]
        lines += ["", "\n>\n".join(f"> {entry}" for entry in explaining)]
    further = [
        f"{_count(len(found.metrics_added), 'metric')} {'is' if len(found.metrics_added) == 1 else 'are'} new"
        if found.metrics_added
        else "",
        f"{_count(len({one.metric for one in found.definitions}), 'definition')} changed" if found.definitions else "",
        f"{_count(len(found.marts), 'other mart')} {'has' if len(found.marts) == 1 else 'have'} other rows"
        if found.marts
        else "",
    ]
    if said := ", ".join(filter(None, further)):
        lines += ["", f"{said[0].upper()}{said[1:]}."]
    return lines


def _metrics(found: Comparison, review: Review) -> str:
    """One line a metric."""
    if not found.metrics:
        return ""
    lines = [
        "## Metrics whose figures changed", "",
        f"| metric | figures that differ | {_month(found)}, whole company | largest change | where |", "|---|---:|---:|---:|---|",
    ]  # fmt: skip
    for metric in found.metrics[:METRICS_LISTED]:
        cell, unit = metric.largest[0], _unit(metric)
        lines.append(
            f"| `{metric.name}` | {metric.differing:,}{BLANK}of{BLANK}{metric.cells:,} | {_from_to(metric.headline, unit)}"
            f" | {_from_to(cell, unit)} | {_where(cell)} |"
        )
    if len(found.metrics) > METRICS_LISTED:
        lines.append(f"\nAnd {_count(len(found.metrics) - METRICS_LISTED, 'more metric')}.")
    return "\n".join(lines)


def _metric(metric: Metric, review: Review, is_folded: bool) -> str:
    """One metric: how much of it, where the most, for whom, and by which files."""
    kinds = [
        f"{count:,} {word}"
        for count, word in ((metric.changed, "changed"), (metric.added, "added"), (metric.removed, "removed"))
        if count
    ]
    columns = f" ({', '.join(f'`{name}`' for name in metric.columns)})" if metric.columns else ""
    lines = [f"Figures: {', '.join(kinds)}{columns}, of {metric.cells:,}.", ""]
    lines += ["| period | segment | before | now | change |", "|---|---|---:|---:|---:|"]
    # first where one looks first, then where most happened
    for cell in dict.fromkeys([*metric.recent, *metric.largest]):
        before, now, change = written(cell, _unit(metric))
        lines.append(f"| {_period(cell)} | {_segment(cell)} | {before} | {now} | {change} |")
    lines += ["", *_customers(metric), ""]
    lines += [f"Because of {', '.join(f'`{file}`' for file in review.causes.get(metric.name, ()))}."]
    return _section(metric.name, lines, is_folded)


def _customers(metric: Metric) -> list[str]:
    """Who moved, mart by mart."""
    lines = []
    for moved in metric.moved:
        if moved.count:
            names = ", ".join(_code(one) for one in moved.sample)
            more = f" and {moved.count - len(moved.sample):,} more" if moved.count > len(moved.sample) else ""
            lines.append(f"- `{moved.mart}`: {names}{more}")
    if lines:
        return ["Customers that moved, with other rows in these periods:", "", *lines]
    marts = " and ".join(f"`{moved.mart}`" for moved in metric.moved)
    why = f"none has another row in {marts} in these periods" if marts else "what changed is in no mart of customers"
    return [f"No customer moved: {why}. The same rows are counted otherwise."]


def _further(metrics: Sequence[Metric], review: Review) -> str:
    """Of those that have no section of their own, the files that they are made of."""
    if not metrics:
        return ""
    groups: dict[tuple[str, ...], list[str]] = {}
    for metric in metrics:
        groups.setdefault(tuple(review.causes.get(metric.name, ())), []).append(metric.name)
    lines = [f"### {_count(len(metrics), 'more metric')}", ""]
    for files, names in groups.items():
        lines.append(f"- {_listed(names)}: because of {', '.join(f'`{file}`' for file in files)}.")
    return "\n".join(lines)


def _comings_and_goings(found: Comparison) -> str:
    """Metrics and marts that one side alone has."""
    parts = []
    if found.metrics_added:
        lines = [
            "## New metrics", "",
            f"| metric | what it says | {_month(found)}, whole company | figures | without a value |", "|---|---|---:|---:|---:|",
        ]  # fmt: skip
        for one in found.metrics_added[:METRICS_LISTED]:
            value = _alone(one.value, _unit_of_new(one))
            lines.append(f"| `{one.name}` | {_escaped(one.description)} | {value} | {one.cells:,} | {one.empty:,} |")
        parts.append("\n".join(lines))
    words = (
        ("Metrics that are gone", found.metrics_removed), ("New marts", found.marts_added), ("Marts that are gone", found.marts_removed),
    )  # fmt: skip
    return "\n\n".join([*parts, *(f"**{title}:** {_listed(names)}" for title, names in words if names)])


def _new(metric: Added, review: Review, is_folded: bool) -> str:
    """A metric that is new: what its definition says, its course, its segments."""
    lines, unit = [], _unit_of_new(metric)
    if not metric.cells:
        lines += [
            "**It has no figure in `marts.metrics`:** is it in its family's union, `int_metric_cells__<family>`?",
            "",
        ]
    lines += ["| field | |", "|---|---|"]
    lines += [f"| {name} | {_escaped(value)} |" for name, value in metric.definition.items()]
    if metric.months:
        lines += ["", "| whole company | numerator | denominator | value |", "|---|---:|---:|---:|"]
        lines += [
            f"| {month.period_start:%b %Y} | {_part(month.numerator)} | {_part(month.denominator)} | {_alone(month.value, unit)} |"
            for month in metric.months
        ]
    if metric.segments:
        lines += ["", f"| {_month(review.comparison)} by | those on which most rests first |", "|---|---|"]
        for name, figures in metric.segments.items():
            shown = [
                f"{_escaped(one.segment_value)}{BLANK}**{_alone(one.value, unit)}**"
                for one in figures[:SEGMENTS_OF_NEW]
            ]
            more = f", and {len(figures) - SEGMENTS_OF_NEW:,} more" if len(figures) > SEGMENTS_OF_NEW else ""
            lines.append(f"| {_escaped(name)} | {', '.join(shown)}{more} |")
    if unexplained([metric.name], review.entries, review.families):
        lines += [
            "",
            f"{CHANGELOG} does not say why there is such a metric: it need not, and its readers would like to know.",
        ]
    return _section(metric.name, lines, is_folded)


def _section(name: str, lines: Sequence[str], is_folded: bool) -> str:
    """What there is to say of a metric, behind its name where there are many."""
    if is_folded:
        return "\n".join([f"<details><summary><code>{name}</code></summary>", "", *lines, "", "</details>"])
    return "\n".join([f"### `{name}`", "", *lines])


def _part(value: float | None) -> str:
    """A numerator or denominator: a whole number where it is one."""
    return "-" if value is None else f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"


def _unit_of_new(metric: Added) -> str:
    """The unit to write all figures of a new metric in."""
    figures = [*metric.months, *(figure for found in metric.segments.values() for figure in found)]
    return _unit_of(metric.unit, [figure.value for figure in figures])


def _alone(value: float | None, unit: str) -> str:
    """A value by itself, in its unit."""
    return _number(value, unit, _digits(unit, [value]))


def _definitions(found: Comparison) -> str:
    """What definitions say now."""
    if not found.definitions:
        return ""
    lines = ["## Definitions that changed", "", "| metric | field | before | now |", "|---|---|---|---|"]
    lines += [
        f"| `{one.metric}` | {one.name} | {_escaped(one.before) if one.before else '-'} | {_escaped(one.now) if one.now else '-'} |"
        for one in found.definitions[:FIELDS_SHOWN]
    ]
    if len(found.definitions) > FIELDS_SHOWN:
        lines.append(f"\nAnd {_count(len(found.definitions) - FIELDS_SHOWN, 'more field')}.")
    return "\n".join(lines)


def _marts(found: Comparison) -> str:
    """Other marts of which rows differ."""
    if not found.marts:
        return ""
    lines = [
        "## Other marts whose rows changed",
        "",
        "| mart | rows before | rows now | only before | only now | columns |",
        "|---|---:|---:|---:|---:|---|",
    ]
    lines += [_mart_line(mart) for mart in found.marts]
    return "\n".join([*lines, "", "A row that changed counts once before and once now."])


def _mart_line(mart: Mart) -> str:
    return f"| `{mart.name}` | {mart.rows_before:,} | {mart.rows_now:,} | {mart.gone:,} | {mart.new:,} | {mart.columns or 'the same'} |"


def _diffs(title: str, diffs: dict[str, str], first: Collection[str] = ()) -> str:
    """The lines that changed, file by file: first those that changed figures are made of."""
    if not diffs:
        return ""
    parts = [f"## {title}"]
    for file in sorted(diffs, key=lambda file: (file not in first, file)):
        lines = diffs[file].splitlines()
        cut = f"\n... {len(lines) - DIFF_LINES} more lines" if len(lines) > DIFF_LINES else ""
        text = "\n".join(lines[:DIFF_LINES])
        # a fence is longer than any within
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
        parts.append(
            f"<details><summary><code>{_html(file)}</code></summary>\n\n{fence}diff\n{text}{cut}\n{fence}\n\n</details>"
        )
    return fitted_parts(parts)


def fitted_parts(parts: Sequence[str]) -> str:
    """As many diffs as leave room for the rest."""
    kept, length = [], 0
    for part in parts:
        if length + len(part) > LONGEST // 3:
            kept.append(f"{len(parts) - len(kept)} more files changed: see the diff.")
            break
        kept.append(part)
        length += len(part) + 2
    return "\n\n".join(kept)


def _month(found: Comparison) -> str:
    """The month in which one looks first."""
    return f"{found.month:%b %Y}" if found.month else "latest month"


def _unit(metric: Metric) -> str:
    """The unit to write a metric in."""
    return _unit_of(metric.unit, [metric.headline.before, metric.headline.now] if metric.headline else [])


def _unit_of(unit: str, values: Iterable[float | None]) -> str:
    """The unit to write in: a ratio that is no share, such as 26.7, is a number of its own and no percentage."""
    return "number" if unit == "ratio" and _size(values) > LARGEST_SHARE else unit


def _size(values: Iterable[float | None]) -> float:
    """The largest value, whatever its sign; 0 where there is none."""
    return max((abs(value) for value in values if value is not None), default=0)


def _digits(unit: str, values: Iterable[float | None]) -> int:
    """With how many digits such values are written at least: of large sums of money nobody reads the cents."""
    return 0 if unit == "money" and _size(values) >= 1000 else {"ratio": 1, "seconds": 1, "count": 0}.get(unit, 2)


def written(cell: Cell, unit: str) -> tuple[str, str, str]:
    """Before, now and the change, in their unit, with so many digits that what differs looks different."""
    change = None if cell.before is None or cell.now is None else cell.now - cell.before
    for digits in range(_digits(unit, [cell.before, cell.now]), 16):
        before, now = _number(cell.before, unit, digits), _number(cell.now, unit, digits)
        by = "" if change is None else _number(change, unit, digits, sign="+")
        if not change or (before != now and any(digit in by for digit in "123456789")):
            break
    return before, now, by


def _number(value: float | None, unit: str, digits: int, sign: str = "") -> str:
    """A value in its unit, a dash where there is none."""
    if value is None:
        return "-"
    if unit == "ratio":
        return f"{value * 100:{sign},.{digits}f}" + (" pp" if sign else "%")
    if unit == "seconds":
        return f"{value / 3600:{sign},.{digits}f} h"
    return f"{value:{sign},.{digits}f}"


def _from_to(cell: Cell | None, unit: str) -> str:
    """Before and now in one; one figure where they are the same."""
    if cell is None:
        return "-"
    before, now, _ = written(cell, unit)
    return before if before == now else f"{before}{BLANK}→{BLANK}{now}"


def _where(cell: Cell) -> str:
    return f"{_period(cell)}, {_segment(cell)}"


def _period(cell: Cell) -> str:
    """A period as people say it."""
    month = f"{cell.period_start:%b %Y}"
    return month if cell.period_type == "month" else f"{PERIODS.get(cell.period_type, cell.period_type)} from {month}"


def _segment(cell: Cell) -> str:
    return (
        "whole company"
        if cell.segment_name == "all"
        else f"{_escaped(cell.segment_name)}: {_escaped(cell.segment_value)}"
    )


def _listed(names: Collection[str]) -> str:
    """Names, the first of them where they are many."""
    shown = [f"`{name}`" for name in list(names)[:NAMES_SHOWN]]
    return ", ".join(shown) + (f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else "")


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'s' * (number != 1)}"


def _code(text: str) -> str:
    return f"`{text.replace('`', '')}`"


def _escaped(text: str) -> str:
    """A text in a cell of a table, where it means nothing but itself."""
    return re.sub(r"([\\`*_\[\]|#])", r"\\\1", _html(" ".join(text.split()))).replace("@", "@&#8203;")


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

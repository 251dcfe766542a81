"""What became of the mutants: a table to read at once, a page with every survivor, and the same for programs."""

from __future__ import annotations

import difflib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mutation.judge import Verdict
from mutation.operators import Mutant

STATES = ("killed", "survived", "equivalent", "invalid")


@dataclass
class Row:
    """The mutants of a model, or of several, counted by what became of them."""

    name: str
    counts: Counter[str]

    @property
    def counted(self) -> int:
        """Those that could have been noticed."""
        return self.counts["killed"] + self.counts["survived"]

    @property
    def share(self) -> str:
        """How many of those were."""
        return f"{100 * self.counts['killed'] / self.counted:.1f}%" if self.counted else ""

    @property
    def cells(self) -> list[str]:
        """As a line of a table."""
        return [self.name, self.share, *(str(self.counts[state] or "") for state in STATES)]


HEAD = ["", "killed of those that count", *STATES]


def by_folder(verdicts: Iterable[Verdict], paths: Mapping[str, str]) -> list[Row]:
    """A row a folder of models, and one for all."""
    return _rows(verdicts, lambda verdict: str(Path(paths[verdict.mutant.model]).parent))


def by_model(verdicts: Iterable[Verdict]) -> list[Row]:
    """A row a model, and one for all."""
    return _rows(verdicts, lambda verdict: verdict.mutant.model)


def by_operator(verdicts: Iterable[Verdict]) -> list[Row]:
    """A row a kind of change, and one for all."""
    return _rows(verdicts, lambda verdict: verdict.mutant.operator)


def _rows(verdicts: Iterable[Verdict], name: Callable[[Verdict], str]) -> list[Row]:
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    everything: Counter[str] = Counter()
    for verdict in verdicts:
        groups[name(verdict)][verdict.state] += 1
        everything[verdict.state] += 1
    return [Row(group, groups[group]) for group in sorted(groups)] + [Row("all", everything)]


def difference(before: str, after: str) -> str:
    """What differs of two statements, with a line around."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return "\n".join(list(lines)[2:])


def write(
    folder: Path,
    verdicts: list[Verdict],
    paths: Mapping[str, str],
    told: str,
    statements: Callable[[Mutant], tuple[str, str]],
) -> tuple[Path, Path]:
    """The page and the file for programs; `statements` gives a model's SQL without and with a mutant."""
    folder.mkdir(parents=True, exist_ok=True)
    text = ["# Mutants", "", told, ""]
    for title, rows in (
        ("By folder", by_folder(verdicts, paths)),
        ("By change", by_operator(verdicts)),
        ("By model", by_model(verdicts)),
    ):
        text += [f"## {title}", "", _line(HEAD), _line(["---"] + ["---:"] * (len(HEAD) - 1))]
        text += [_line(row.cells) for row in rows] + [""]
    text += ["## Survivors", ""]
    survivors = [verdict for verdict in verdicts if verdict.state == "survived"]
    for verdict in survivors:
        one = verdict.mutant
        times = f", time {one.nth}" if one.nth > 1 else ""
        text += [f"### {one.model}: {one.operator} in {one.cte}{times}", "", "```diff"]
        text += [difference(*statements(one)), "```", ""]
    text += [] if survivors else ["None.", ""]
    text += ["## Equivalent", ""]
    reasons: dict[tuple[str, str], list[Mutant]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.state == "equivalent":
            reasons[verdict.mutant.model, verdict.by].append(verdict.mutant)
    for (model, reason), mutants in sorted(reasons.items()):
        text += [f"- {model}: {reason}"]
        text += [f"  - `{one.before}`, instead: `{one.after or 'nothing'}`" for one in mutants]
    text += [] if reasons else ["None."]
    page, data = folder / "mutants.md", folder / "mutants.json"
    page.write_text("\n".join(text) + "\n")
    data.write_text(json.dumps([_told(verdict) for verdict in verdicts], indent=1) + "\n")
    return page, data


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _told(verdict: Verdict) -> dict[str, Any]:
    return asdict(verdict.mutant) | {"state": verdict.state, "by": verdict.by, "seconds": round(verdict.seconds, 3)}

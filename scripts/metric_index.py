"""Write the index of metrics into README.md, from the YAML beside each metric's SQL.

usage: python scripts/metric_index.py [--check]

Everything between the two markers is replaced. With --check nothing is written: exit 1 where the index is out of date.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
METRICS = ROOT / "models" / "marts" / "metrics"
BEGIN, END = "<!-- metrics: begin -->", "<!-- metrics: end -->"


def definitions() -> list[dict]:
    """All public metrics, each with the path of its SQL, in file order."""
    found = []
    for path in sorted(METRICS.glob("*/*.yml")):
        for model in yaml.safe_load(path.read_text())["models"]:
            for metric in model["config"]["meta"]["metrics"]:
                found.append({**metric, "sql": path.with_suffix(".sql").relative_to(ROOT).as_posix()})
    return found


def index() -> str:
    """One table a family: the metric, linked to its SQL, its variants beneath it, what it says and its unit."""
    metrics = definitions()
    lines = []
    for family in sorted({metric["family"] for metric in metrics}):
        rows = [metric for metric in metrics if metric["family"] == family]
        lines += [f"### {family.capitalize()} ({len(rows)})", "", "| metric | what it says | unit |", "|---|---|---|"]
        heads = [metric for metric in rows if not metric.get("variant_of")]
        names = {metric["name"] for metric in heads}
        for head in heads:
            variants = [metric for metric in rows if metric.get("variant_of") == head["name"]]
            for metric, mark in [(head, "")] + [(variant, "&nbsp;&nbsp;↳ ") for variant in variants]:
                lines.append(
                    f"| {mark}[`{metric['name']}`]({metric['sql']}) | {metric['description']} | {metric['unit']} |"
                )
        orphans = [metric for metric in rows if metric.get("variant_of") and metric["variant_of"] not in names]
        for metric in orphans:
            lines.append(f"| [`{metric['name']}`]({metric['sql']}) | {metric['description']} | {metric['unit']} |")
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    """Replace the index in README.md, or say that it is out of date."""
    readme = ROOT / "README.md"
    text = readme.read_text()
    head, rest = text.split(BEGIN)
    tail = rest.split(END)[1]
    wanted = f"{head}{BEGIN}\n\n{index()}\n{END}{tail}"
    if "--check" in sys.argv:
        if wanted != text:
            print("README.md: the index of metrics is out of date; run `make index`")
            return 1
        return 0
    readme.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())

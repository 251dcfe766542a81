"""Write the metrics of the semantic layer, models/marts/semantic/_metrics.yml, from the YAML beside each metric's SQL.

usage: python scripts/semantic_metrics.py [--check]

With --check nothing is written: exit 1 where the file is out of date.
"""

from __future__ import annotations

import sys

import yaml

from metric_index import ROOT, definitions

FILE = ROOT / "models" / "marts" / "semantic" / "_metrics.yml"
HEAD = """\
# One MetricFlow metric for each metric of the project, written by `make index` from the YAML beside the metric's SQL. Edit that, not this file.
version: 2

"""


def metric(definition: dict) -> dict:
    """A metric as MetricFlow knows it: the figure, or the quotient of two, of the cells that carry its name."""
    common = {
        "name": definition["name"],
        "label": definition["label"],
        "description": definition["description"],
        "filter": f"{{{{ Dimension('segment__metric_name') }}}} = '{definition['name']}'",
        "config": {"meta": {key: definition[key] for key in ("family", "kind", "unit", "better")}},
    }
    if definition["kind"] == "ratio":
        return common | {"type": "ratio", "numerator": "numerator", "denominator": "denominator"}
    return common | {"type": "derived", "expr": "figure", "input_metrics": ["figure"]}


def page() -> str:
    """The whole file."""
    metrics = [metric(definition) for definition in sorted(definitions(), key=lambda one: one["name"])]
    return HEAD + yaml.safe_dump({"metrics": metrics}, sort_keys=False, allow_unicode=True, width=140)


def main() -> int:
    """Write the file, or say that it is out of date."""
    wanted = page()
    if "--check" in sys.argv:
        if not FILE.exists() or FILE.read_text() != wanted:
            print(f"{FILE.relative_to(ROOT)} is out of date; run `make index`")
            return 1
        return 0
    FILE.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())

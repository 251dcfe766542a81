"""Adding a metric is four edits: its SQL, its YAML, one line in its family's union, and its function in the oracle.

These tests read files only. Each message names the edit that is missing.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
METRICS = Path("models/marts/metrics")
UNIONS = Path("models/intermediate/metric_cells")
ALL = Path("models/marts/metrics.sql")

KINDS = {
    "amount": ["numerator", "denominator"],
    "count": ["numerator", "denominator"],
    "ratio": ["numerator", "denominator"],
    "statistic": ["value"],
}
# means with an interval bring the squares of what they sum
ESTIMATE = ["numerator", "denominator", "sum_of_squares"]
GRAIN = re.compile(
    r"as metric_name,"
    + "".join(rf"\s+(?:\w+\.)?{column}," for column in ("period_type", "period_start", "segment_name", "segment_value"))
)
FIELDS = (
    "label",
    "family",
    "kind",
    "unit",
    "description",
    "formula",
    "better",
    "adds_over_segments",
    "adds_over_periods",
    "window_days",
    "interval",
    "variant_of",
    "source",
    "owner",
)
MAY_BE_NULL = {"window_days", "interval", "variant_of"}


def refs(sql: str) -> list[str]:
    """The models that a query reads, in order."""
    return re.findall(r"ref\(\s*['\"](\w+)['\"]\s*\)", sql)


def names_in_sql(sql: str) -> list[str]:
    """The metrics that a query counts."""
    return re.findall(r"'(\w+)'\s+as\s+metric_name\b", sql)


def metric_files(project: Path) -> list[Path]:
    """The SQL file of every metric."""
    return sorted((project / METRICS).rglob("*.sql"))


@cache
def parsed(text: str) -> dict:
    """YAML, read once however often it is asked for."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def properties_of(sql_file: Path) -> dict:
    """What the YAML file beside a model says of that model, its unit tests added; empty where there is none."""
    file = sql_file.with_suffix(".yml")
    content = parsed(file.read_text()) if file.exists() else {}
    for model in content.get("models", []):
        if model["name"] == sql_file.stem:
            return model | {"unit_tests": content.get("unit_tests", [])}
    return {}


def metrics_of(sql_file: Path) -> list[dict]:
    """The public metrics that the YAML beside a model describes."""
    return properties_of(sql_file).get("config", {}).get("meta", {}).get("metrics", [])


def missing_edits(project: Path, oracle: set[str]) -> list[str]:
    """What an analyst has still to do, one sentence each; nothing when every metric is whole."""
    files = metric_files(project)
    models = {file.stem for file in files}
    listed = {family.stem: Counter(refs(family.read_text())) for family in (project / UNIONS).glob("*.sql")}
    united = Counter(refs((project / ALL).read_text()))
    missing = [_missing_in_sql(file, models) for file in files] + [_missing_in_yaml(file) for file in files]
    for file in files:
        family = f"int_metric_cells__{file.parent.name}"
        times = listed.get(family, Counter())[file.stem]
        if times != 1:
            line = f"`select * from {{{{ ref('{file.stem}') }}}}`"
            missing.append([f"{UNIONS / family}.sql: {line} stands there {times} times, not once"])
        if united[family] != 1:
            missing.append(
                [f"{ALL}: `select * from {{{{ ref('{family}') }}}}` stands there {united[family]} times, not once"]
            )
    for file in (project / METRICS).rglob("*.yml"):
        if not file.with_suffix(".sql").exists():
            missing.append([f"{file.relative_to(project)}: the SQL file beside it, {file.stem}.sql, is missing"])

    public = Counter(metric["name"] for file in files for metric in metrics_of(file))
    families = {metric["name"]: file.parent.name for file in files for metric in metrics_of(file)}
    for name, times in public.items():
        if times > 1:
            missing.append([f"{name}: {times} YAML files describe it, one should"])
        if name not in oracle:
            missing.append(
                [f"tests/oracle ({families[name]}.py): a function `{name}` is missing, registered with its kind"]
            )
    for file in files:
        for metric in metrics_of(file):
            parent = metric.get("variant_of")
            if parent is not None and parent not in public:
                missing.append([f"{file.stem}.yml: {metric['name']} is a variant of {parent}, which no file describes"])
    return [message for messages in missing for message in messages]


def _missing_in_sql(file: Path, models: set[str]) -> list[str]:
    sql = file.read_text()
    missing = []
    for other in sorted(models & set(refs(sql))):
        missing.append(f"{file.name}: it reads the metric {other}; a metric reads intermediate models alone")
    shapes = [
        ESTIMATE if metric.get("interval") in ("mean", "multinomial") else KINDS[metric["kind"]]
        for metric in metrics_of(file)
        if metric.get("kind") in KINDS
    ]
    if any(shape != shapes[0] for shape in shapes):
        missing.append(
            f"{file.name}: its metrics are of several shapes; statistics and means with an interval have files of their own"
        )
    elif shapes:
        # the union goes by position: every branch has the same columns in the same order
        names = names_in_sql(sql)
        if len(GRAIN.findall(sql)) != len(names):
            missing.append(
                f"{file.name}: metric_name, period_type, period_start, segment_name, segment_value are not its first columns"
            )
        if re.findall(r"\bas (numerator|denominator|sum_of_squares|value)\b", sql) != shapes[0] * len(names):
            missing.append(f"{file.name}: its last columns are not {', '.join(shapes[0])}, as its kind asks")
    return missing


def _missing_in_yaml(file: Path) -> list[str]:
    beside = file.with_suffix(".yml")
    if not beside.exists():
        return [f"{file.name}: the YAML file beside it, {beside.name}, is missing"]
    model = properties_of(file)
    if not model:
        return [f"{beside.name}: it does not describe the model {file.stem}"]
    described = {metric["name"]: metric for metric in metrics_of(file)}
    counted = set(names_in_sql(file.read_text()))
    missing = []
    for name in sorted(counted - set(described)):
        missing.append(f"{beside.name}: {name}, which the SQL counts, is missing in config.meta.metrics")
    for name in sorted(set(described) - counted):
        missing.append(f"{file.name}: `'{name}' as metric_name`, which the YAML describes, is missing")
    for name, metric in described.items():
        for field in FIELDS:
            if field not in metric or (metric[field] is None and field not in MAY_BE_NULL):
                missing.append(f"{beside.name}: {name} has no `{field}`")
        if metric.get("family") != file.parent.name:
            missing.append(f"{beside.name}: the family of {name} is not its folder, {file.parent.name}")
        if metric.get("kind") not in KINDS:
            missing.append(f"{beside.name}: the kind of {name} is none of {', '.join(KINDS)}")
        if len(metric.get("description") or "") <= 40:
            missing.append(f"{beside.name}: the description of {name} is no whole sentence")
    if not model.get("description"):
        missing.append(f"{beside.name}: the model has no description")
    if not any("unique_grain" in test for test in model.get("data_tests", [])):
        missing.append(f"{beside.name}: the test unique_grain is missing")
    names = [test["name"] for test in model["unit_tests"] if test["model"] == file.stem]
    if not names:
        missing.append(f"{beside.name}: a unit test is missing, with rows a person can check by hand")
    for name in names:
        if not name.startswith(f"{file.stem}__"):
            missing.append(f"{beside.name}: the unit test {name} should be called {file.stem}__<case>")
    return missing


def oracle_names() -> set[str]:
    """The metrics of the independent reference."""
    from tests import oracle

    return set(oracle.METRICS)


def public_names() -> set[str]:
    """The metrics that the YAML files describe."""
    return {metric["name"] for file in metric_files(ROOT) for metric in metrics_of(file)}


def test_every_metric_has_its_four_edits() -> None:
    """Every message is an edit to make."""
    missing = missing_edits(ROOT, oracle_names())
    assert not missing, "\n" + "\n".join(missing)


def test_oracle_has_no_metric_of_its_own() -> None:
    """A name in the oracle alone is a metric that nobody builds, or a name misspelt."""
    families = {file.parent.name for file in metric_files(ROOT)}
    assert families, f"no metric file under {METRICS}"
    assert not oracle_names() - public_names(), "the oracle counts what no YAML file describes"


def test_the_index_of_metrics_is_current() -> None:
    """`make index` would change nothing."""
    run = subprocess.run(
        [sys.executable, "scripts/metric_index.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr


# -- the checker itself: drop one edit from a copy, and it is named ---------------------------------------------------


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A project of the metric files alone, with nothing missing."""
    shutil.copytree(ROOT / METRICS, tmp_path / METRICS)
    shutil.copytree(ROOT / UNIONS, tmp_path / UNIONS)
    shutil.copy(ROOT / ALL, tmp_path / ALL)
    if missing_edits(ROOT, oracle_names()):
        pytest.skip("the project itself lacks an edit: test_every_metric_has_its_four_edits fails, and names it")
    assert missing_edits(tmp_path, public_names()) == []
    return tmp_path


def only_message(project: Path, oracle: set[str] | None = None) -> str:
    """The one thing that is missing."""
    messages = missing_edits(project, public_names() if oracle is None else oracle)
    assert len(messages) == 1, messages
    return messages[0]


def change(file: Path, old: str, new: str) -> None:
    """Replaces a text that must be there."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_missing_yaml_file_is_named(copy: Path) -> None:
    """First edit without the second."""
    (copy / METRICS / "revenue/arr.yml").unlink()
    assert only_message(copy) == "arr.sql: the YAML file beside it, arr.yml, is missing"


def test_a_missing_sql_file_is_named(copy: Path) -> None:
    """Second edit without the first."""
    (copy / METRICS / "revenue/arr.sql").unlink()
    change(copy / UNIONS / "int_metric_cells__revenue.sql", "    select * from {{ ref('arr') }}\n    union all\n", "")
    assert only_message(copy).endswith("arr.yml: the SQL file beside it, arr.sql, is missing")


@pytest.mark.parametrize("times", [0, 2])
def test_a_missing_or_doubled_line_of_the_union_is_named(copy: Path, times: int) -> None:
    """Forgotten, a metric is nowhere; doubled, its rows are."""
    line = "    select * from {{ ref('arr') }}\n    union all\n"
    change(copy / UNIONS / "int_metric_cells__revenue.sql", line, line * times)
    assert "int_metric_cells__revenue.sql" in only_message(copy)
    assert f"ref('arr') }}}}` stands there {times} times" in only_message(copy)


def test_a_missing_oracle_function_is_named(copy: Path) -> None:
    """Nothing would check the figure."""
    assert only_message(copy, public_names() - {"arr"}).startswith(
        "tests/oracle (revenue.py): a function `arr` is missing"
    )


def test_a_variant_without_meta_is_named(copy: Path) -> None:
    """A variant is public too."""
    change(copy / METRICS / "revenue/expansion_mrr.yml", "- name: gross_expansion_mrr", "- name: gross_expansion")
    messages = missing_edits(copy, public_names() | {"gross_expansion"})
    assert "expansion_mrr.yml: gross_expansion_mrr, which the SQL counts, is missing in config.meta.metrics" in messages
    assert "expansion_mrr.sql: `'gross_expansion' as metric_name`, which the YAML describes, is missing" in messages


def test_a_missing_unit_test_is_named(copy: Path) -> None:
    """The rows that a person can check by hand."""
    file = copy / METRICS / "revenue/arr.yml"
    file.write_text(file.read_text().split("unit_tests:")[0])
    assert only_message(copy).startswith("arr.yml: a unit test is missing")


def test_a_missing_field_is_named(copy: Path) -> None:
    """metric_definitions would show a hole."""
    change(copy / METRICS / "revenue/arr.yml", "            owner: finance\n", "")
    assert only_message(copy) == "arr.yml: arr has no `owner`"


def test_a_metric_that_reads_a_metric_is_named(copy: Path) -> None:
    """Finished metrics joined to each other lose their segments."""
    change(copy / METRICS / "revenue/arr.sql", "ref('int_segment_periods__revenue')", "ref('mrr')")
    assert only_message(copy) == "arr.sql: it reads the metric mrr; a metric reads intermediate models alone"


def test_swapped_columns_are_named(copy: Path) -> None:
    """The union goes by position and would divide upside down."""
    file = copy / METRICS / "revenue/quick_ratio.sql"
    lines = file.read_text().splitlines()
    upper = next(number for number, line in enumerate(lines) if line.endswith("as numerator,"))
    lines[upper : upper + 2] = [lines[upper + 1] + ",", lines[upper].rstrip(",")]
    file.write_text("\n".join(lines))
    assert only_message(copy) == "quick_ratio.sql: its last columns are not numerator, denominator, as its kind asks"


def test_a_grain_out_of_order_is_named(copy: Path) -> None:
    """The same for the columns of the grain."""
    file = copy / METRICS / "revenue/quick_ratio.sql"
    change(file, "        segment_name,\n        segment_value,\n", "        segment_value,\n        segment_name,\n")
    assert "are not its first columns" in only_message(copy)

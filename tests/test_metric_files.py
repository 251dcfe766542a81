"""Adding a metric is four edits: its SQL, its YAML, one line in metrics.sql, and its function in the oracle.

These tests read files only. Each message names the edit that is missing.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
METRICS = Path("models/marts/metrics")
UNION = Path("models/marts/metrics.sql")

KINDS = {
    "amount": {"numerator", "denominator"},
    "count": {"numerator", "denominator"},
    "ratio": {"numerator", "denominator"},
    "statistic": {"value"},
}
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
    return re.findall(r"ref\(\s*['\"](\w+)['\"]\s*\)", sql)


def names_in_sql(sql: str) -> list[str]:
    return re.findall(r"'(\w+)'\s+as\s+metric_name\b", sql)


def metric_files(project: Path) -> list[Path]:
    return sorted((project / METRICS).rglob("*.sql"))


def properties_of(sql_file: Path) -> dict:
    """What the YAML file beside a model says of that model, its unit tests added; empty where there is none."""
    file = sql_file.with_suffix(".yml")
    content = yaml.safe_load(file.read_text()) if file.exists() else {}
    for model in content.get("models", []):
        if model["name"] == sql_file.stem:
            return model | {"unit_tests": content.get("unit_tests", [])}
    return {}


def metrics_of(sql_file: Path) -> list[dict]:
    return properties_of(sql_file).get("config", {}).get("meta", {}).get("metrics", [])


def missing_edits(project: Path, oracle: set[str]) -> list[str]:
    """What an analyst has still to do, one sentence each; nothing when every metric is whole."""
    files = metric_files(project)
    models = {file.stem for file in files}
    union = (project / UNION).read_text()
    listed = Counter(refs(union))
    missing = [_missing_in_sql(file, models) for file in files] + [_missing_in_yaml(file) for file in files]
    for file in files:
        if listed[file.stem] != 1:
            missing.append(
                [f"{UNION}: `select * from {{{{ ref('{file.stem}') }}}}` stands there {listed[file.stem]} times, not once"]
            )
    for file in (project / METRICS).rglob("*.yml"):
        if not file.with_suffix(".sql").exists():
            missing.append([f"{file.relative_to(project)}: the SQL file beside it, {file.stem}.sql, is missing"])

    public = Counter(metric["name"] for file in files for metric in metrics_of(file))
    missing.append([f"{name}: {times} YAML files describe it, one should" for name, times in public.items() if times > 1])
    missing.append(
        [f"tests/oracle: a function `{name}` is missing, registered with its kind" for name in sorted(set(public) - oracle)]
    )
    for file in files:
        for metric in metrics_of(file):
            parent = metric.get("variant_of")
            if parent is not None and parent not in public:
                missing.append([f"{file.stem}.yml: {metric['name']} is a variant of {parent}, which no YAML file describes"])
    return [message for messages in missing for message in messages]


def _missing_in_sql(file: Path, models: set[str]) -> list[str]:
    sql = file.read_text()
    missing = []
    for other in sorted(models & set(refs(sql))):
        missing.append(f"{file.name}: it reads the metric {other}; a metric reads intermediate models alone")
    kinds = {metric.get("kind") for metric in metrics_of(file)} & set(KINDS)
    if len({frozenset(KINDS[kind]) for kind in kinds}) > 1:
        missing.append(f"{file.name}: it holds statistics and other kinds; a statistic has a file of its own")
    for column in sorted({column for kind in kinds for column in KINDS[kind]}):
        if not re.search(rf"\bas {column}\b", sql):
            missing.append(f"{file.name}: column {column} is missing, which its kind asks for")
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
    missing = [f"{beside.name}: {name}, which the SQL counts, is missing in config.meta.metrics" for name in sorted(counted - set(described))]
    missing += [f"{file.name}: `'{name}' as metric_name`, which the YAML describes, is missing" for name in sorted(set(described) - counted)]
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
    from tests.oracle import METRICS as oracle

    return set(oracle)


def public_names() -> set[str]:
    return {metric["name"] for file in metric_files(ROOT) for metric in metrics_of(file)}


def test_every_metric_has_its_four_edits() -> None:
    missing = missing_edits(ROOT, oracle_names())
    assert not missing, "\n" + "\n".join(missing)


def test_oracle_has_no_metric_of_its_own() -> None:
    families = {file.parent.name for file in metric_files(ROOT)}
    assert families, f"no metric file under {METRICS}"
    assert not oracle_names() - public_names(), "the oracle counts what no YAML file describes"


# -- the checker itself: drop one edit from a copy, and it is named ------------------------------------------------------


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / METRICS, tmp_path / METRICS)
    shutil.copy(ROOT / UNION, tmp_path / UNION)
    assert missing_edits(tmp_path, public_names()) == []
    return tmp_path


def only_message(project: Path, oracle: set[str] | None = None) -> str:
    messages = missing_edits(project, public_names() if oracle is None else oracle)
    assert len(messages) == 1, messages
    return messages[0]


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_missing_yaml_file_is_named(copy: Path) -> None:
    (copy / METRICS / "revenue/arr.yml").unlink()
    assert only_message(copy) == "arr.sql: the YAML file beside it, arr.yml, is missing"


def test_a_missing_sql_file_is_named(copy: Path) -> None:
    (copy / METRICS / "revenue/arr.sql").unlink()
    change(copy / UNION, "    select * from {{ ref('arr') }}\n    union all\n", "")
    assert only_message(copy).endswith("arr.yml: the SQL file beside it, arr.sql, is missing")


@pytest.mark.parametrize(
    ("new", "times"), [("", 0), ("    select * from {{ ref('arr') }}\n    union all\n" * 2, 2)], ids=["forgotten", "doubled"]
)
def test_a_missing_or_doubled_line_of_the_union_is_named(copy: Path, new: str, times: int) -> None:
    change(copy / UNION, "    select * from {{ ref('arr') }}\n    union all\n", new)
    assert "metrics.sql" in only_message(copy)
    assert f"ref('arr') }}}}` stands there {times} times" in only_message(copy)


def test_a_missing_oracle_function_is_named(copy: Path) -> None:
    assert only_message(copy, public_names() - {"arr"}).startswith("tests/oracle: a function `arr` is missing")


def test_a_variant_without_meta_is_named(copy: Path) -> None:
    change(copy / METRICS / "revenue/expansion_mrr.yml", "- name: gross_expansion_mrr", "- name: gross_expansion")
    messages = missing_edits(copy, public_names() | {"gross_expansion"})
    assert "expansion_mrr.yml: gross_expansion_mrr, which the SQL counts, is missing in config.meta.metrics" in messages
    assert "expansion_mrr.sql: `'gross_expansion' as metric_name`, which the YAML describes, is missing" in messages


def test_a_missing_unit_test_is_named(copy: Path) -> None:
    file = copy / METRICS / "revenue/arr.yml"
    file.write_text(file.read_text().split("unit_tests:")[0])
    assert only_message(copy).startswith("arr.yml: a unit test is missing")


def test_a_missing_field_is_named(copy: Path) -> None:
    change(copy / METRICS / "revenue/arr.yml", "            owner: finance\n", "")
    assert only_message(copy) == "arr.yml: arr has no `owner`"


def test_a_metric_that_reads_a_metric_is_named(copy: Path) -> None:
    change(copy / METRICS / "revenue/arr.sql", "ref('int_segment_periods__revenue')", "ref('mrr')")
    assert only_message(copy) == "arr.sql: it reads the metric mrr; a metric reads intermediate models alone"

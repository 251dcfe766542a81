"""The project with a handful of models in the place of four hundred, for tests of what surrounds them: scripts, records, publishing."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.publishing import copy_of_project, without_tests

KEPT = (
    "builds",
    "build_inputs",
    "metrics_as_closed",
    "metric_revisions",
    "customer_revisions",
    "closed_metric_differences",
)
# what the records and the headline read; the one figure is the sum of all prices, times a variable
STUBS = {
    "intermediate/int_as_of": "select cast('2026-04-15' as date) as as_of_day, false as moves_with_today",
    "intermediate/int_reporting_currency": "select 'EUR' as reporting_currency",
    "marts/metrics": """
        {{ config(schema='marts', materialized='table') }}
        select
            cast('mrr' as varchar) as metric_name, 'month' as period_type, cast(period_start as date) as period_start,
            cast(period_start + interval '1 month' as date) as period_end, true as is_complete, 'all' as segment_name, 'all' as segment_value,
            cast(price as decimal(38, 10)) as numerator, cast(null as decimal(38, 10)) as denominator, cast(price as double precision) as value
        from (
            select {{ var('times', 1) }} * sum(cast(unit_amount as decimal(18, 2))) as price from {{ source('raw', 'subscription_items') }}
        ) as prices
        cross join (
            select timestamp '2026-01-01' as period_start
            union all select timestamp '2026-02-01' as period_start
            union all select timestamp '2026-03-01' as period_start
        ) as months
    """,
    "marts/customer_periods": """
        select
            'month' as period_type, period_start, customer_id, numerator as opening_mrr, numerator as closing_mrr, 'none' as movement,
            {% for name in compared_customer_columns() if name not in ('opening_mrr', 'closing_mrr', 'movement') %}
            cast(null as varchar) as {{ name }},
            {% endfor %}
            true as is_complete
        from {{ ref('metrics') }} cross join {{ source('raw', 'customers') }}
    """,
    "marts/customers": "select customer_id from {{ source('raw', 'customers') }}",
    "marts/rejected_rows": "select 'customers' as source_table, 'none' as rule, false as is_kept where false",
    "marts/trained_models": "select 'churn' as kind, 'in force' as status, date '2026-04-15' as trained_through",
    "marts/churn_feature_stability": "select 'x' as feature, 'stable' as status, date '2026-04-15' as score_day, 0 as stability_index",
    # something that takes its time and its place
    "intermediate/ballast": """
        {% if target.type == 'duckdb' %}
        select hash(i) as a, hash(i + 1) as b from range({{ var('ballast', 2000000) }}) as numbers (i)
        {% elif target.type == 'spark' %}
        select reflect('java.lang.Thread', 'sleep', cast({{ 1000 * var('seconds', 0) }} as bigint)) as a
        {% else %}
        select 1 as a from (select pg_sleep({{ var('seconds', 0) }})) as slept
        {% endif %}
    """,
}


def project_of_few_models(folder: Path) -> Path:
    """A copy of the project with these models alone."""
    project = without_tests(copy_of_project(folder))
    whole = folder / "whole"
    shutil.move(project / "models", whole)
    for base in whole.glob("staging/base/**/base_*.sql"):
        table = base.stem.split("__")[1]
        is_given = table in ("customers", "plans", "subscriptions", "subscription_items")
        rows = "{{ source('raw', '" + table + "') }}" if is_given else "(select 1 as nothing) as none where false"
        _write(project, f"staging/base/{base.stem}", f"select 'staged' as fate from {rows}")
    (project / "models/marts").mkdir()
    shutil.copy(whole / "staging/_sources.yml", project / "models/staging/_sources.yml")
    shutil.copytree(whole / "intermediate/records", project / "models/intermediate/records")
    for name in KEPT:
        for file in whole.glob(f"marts/{name}.*"):
            shutil.copy(file, project / "models/marts" / file.name)
    for name, sql in STUBS.items():
        _write(project, name, sql)
    shutil.rmtree(project / "analyses")
    file = project / "dbt_project.yml"
    file.write_text(file.read_text().replace("seed-paths: [seeds]", "seed-paths: [no_seeds]"))
    return project


def _write(project: Path, name: str, sql: str) -> None:
    path = project / "models" / f"{name}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(sql)

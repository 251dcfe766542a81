{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false
) }}
{%- set months = revised_months() -%}
{%- set figures = ['movement', 'opening_mrr', 'closing_mrr'] -%}
with

this_build as (

    select * from {{ ref('int_build_changes') }}

),

-- where no published figure of a month has changed, no customer's is looked at
current_rows as (

    select * from {{ ref('customer_periods') }}
    where period_type = 'month' and period_start in ({{ months }})

),

published_rows as (

    select * from {{ ref('int_published_customer_periods') }}
    where period_type = 'month' and period_start in ({{ months }})

),

compared as (

    select
        coalesce(current_rows.customer_id, published_rows.customer_id) as customer_id,
        coalesce(current_rows.period_start, published_rows.period_start) as period_start,
        {% for name in figures -%}
        published_rows.{{ name }} as old_{{ name }},
        current_rows.{{ name }} as new_{{ name }},
        {% endfor -%}
        ''
        {% for name in compared_customer_columns() -%}
        || case when (current_rows.{{ name }} is distinct from published_rows.{{ name }}) then ', {{ name }}' else '' end
        {% endfor -%}
        as changed_columns

    from current_rows
    full outer join published_rows
        on current_rows.period_start = published_rows.period_start and current_rows.customer_id = published_rows.customer_id

)

select
    this_build.build_id,
    this_build.built_at as revised_at,
    this_build.previous_build_id,
    compared.period_start,
    cast(compared.customer_id as varchar) as customer_id,
    {% for name in figures -%}
    compared.old_{{ name }},
    compared.new_{{ name }},
    {% endfor -%}
    cast(substr(compared.changed_columns, 3) as varchar) as changed_columns

from compared
cross join this_build
where compared.changed_columns <> ''

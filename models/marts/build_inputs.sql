{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false
) }}
{%- set fingerprints = build_facts().get('inputs', {}) -%}
with

this_build as (

    select max(build_id) as build_id from {{ ref('builds') }}

),

inputs as (

    {% for table, model in staged_tables().items() %}
    select
        '{{ table }}' as table_name,
        count(*) as row_count,
        {{ text_literal(fingerprints.get(table)) }} as fingerprint
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    this_build.build_id,
    cast(inputs.table_name as varchar) as table_name,
    cast(inputs.row_count as bigint) as row_count,
    inputs.fingerprint

from inputs
cross join this_build

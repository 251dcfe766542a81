{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false
) }}
{%- set facts = build_facts() -%}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

last_build as (

    {% if is_incremental() -%}
    select coalesce(max(build_id), 0) as build_id from {{ this }}
    {%- else -%}
    select 0 as build_id
    {%- endif %}

)

select
    cast(last_build.build_id + 1 as bigint) as build_id,
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp) as built_at,
    as_of.as_of_day,
    as_of.moves_with_today,
    {{ text_literal(facts.get('kind')) }} as kind,
    {{ text_literal(facts.get('project_version')) }} as project_version,
    {{ text_literal(dbt_version) }} as dbt_version,
    {{ text_literal(facts.get('git_commit')) }} as git_commit,
    {{ text_literal(facts.get('variables')) }} as variables,
    cast({{ text_literal(var('closed_through')) }} as date) as closed_through,
    {{ text_literal(facts.get('code_fingerprint')) }} as code_fingerprint,
    {{ text_literal(facts.get('seeds_fingerprint')) }} as seeds_fingerprint,
    {{ text_literal(facts.get('settings_fingerprint')) }} as settings_fingerprint

from last_build
cross join as_of

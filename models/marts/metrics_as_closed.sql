{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false
) }}
with

metrics as (

    select * from {{ ref('metrics') }}

),

this_build as (

    select
        builds.*,
        {{ add_days('least(closed_through, as_of_day)', 1) }} as first_open_day

    from {{ ref('builds') }} as builds
    where build_id = (select max(build_id) from {{ ref('builds') }}) and closed_through is not null

),

-- what is closed stays as it was then: the first build finds nothing
closed_before as (

    {% if is_incremental() -%}
    select distinct
        metric_name,
        period_type,
        period_start
    from {{ this }}
    {%- else -%}
    select
        metric_name,
        period_type,
        period_start
    from metrics
    where false
    {%- endif %}

)

select
    this_build.build_id,
    this_build.built_at as closed_at,
    this_build.closed_through,
    metrics.metric_name,
    metrics.period_type,
    metrics.period_start,
    metrics.period_end,
    metrics.segment_name,
    metrics.segment_value,
    metrics.is_complete,
    metrics.numerator,
    metrics.denominator,
    metrics.value

from metrics
inner join this_build on metrics.period_end <= this_build.first_open_day
left join closed_before
    on
        metrics.metric_name = closed_before.metric_name
        and metrics.period_type = closed_before.period_type
        and metrics.period_start = closed_before.period_start
where closed_before.metric_name is null

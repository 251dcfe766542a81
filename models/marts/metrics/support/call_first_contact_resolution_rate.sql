with

segment_periods as (

    select * from {{ ref('int_segment_periods__support') }}

),

calls as (

    select * from {{ ref('stg_support__calls') }}

),

call_first_contact_resolution_rate as (

    select
        'call_first_contact_resolution_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(calls_resolved_at_once as decimal(38, 10)) as numerator,
        cast(calls_with_outcome as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from calls)

)

select * from call_first_contact_resolution_rate

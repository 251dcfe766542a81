with

segment_periods as (

    select * from {{ ref('int_segment_periods__support') }}

),

calls as (

    select * from {{ ref('stg_support__calls') }}

),

call_abandonment_rate as (

    select
        'call_abandonment_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(abandoned_calls as decimal(38, 10)) as numerator,
        cast(answered_calls + abandoned_calls as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from calls)

)

select * from call_abandonment_rate

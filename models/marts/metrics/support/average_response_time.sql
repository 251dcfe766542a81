with

segment_periods as (

    select * from {{ ref('int_segment_periods__support') }}

),

ticket_messages as (

    select * from {{ ref('stg_support__ticket_messages') }}

),

average_response_time as (

    select
        'average_response_time' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(response_seconds as decimal(38, 10)) as numerator,
        cast(replies as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from ticket_messages)

)

select * from average_response_time

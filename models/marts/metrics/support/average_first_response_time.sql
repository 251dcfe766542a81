with

segment_periods as (

    select * from {{ ref('int_segment_periods__support') }}

),

ticket_messages as (

    select * from {{ ref('stg_support__ticket_messages') }}

),

average_first_response_time as (

    select
        'average_first_response_time' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(first_response_seconds as decimal(38, 10)) as numerator,
        cast(answered_tickets as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from ticket_messages)

),

average_first_response_time_business as (

    select
        'average_first_response_time_business' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(first_response_business_seconds as decimal(38, 10)) as numerator,
        cast(answered_tickets as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from ticket_messages)

)

select * from average_first_response_time
union all
select * from average_first_response_time_business

with

segment_periods as (

    select * from {{ ref('int_segment_periods__support') }}

),

calls as (

    select * from {{ ref('stg_support__calls') }}

),

average_speed_of_answer as (

    select
        'average_speed_of_answer' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(answered_wait_seconds as decimal(38, 10)) as numerator,
        cast(answered_calls as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from calls)

)

select * from average_speed_of_answer

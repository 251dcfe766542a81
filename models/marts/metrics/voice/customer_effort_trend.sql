with

segment_periods as (

    select * from {{ ref('int_segment_periods__voice') }}

),

survey_responses as (

    select * from {{ ref('stg_voice__survey_responses') }}

),

-- two means brought under one denominator, so that equal ones differ by exactly 0
compared as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(compared_effort * previous_answers - previous_effort * compared_answers as double precision) as change,
        cast(previous_effort * compared_answers as double precision) as effort_before,
        cast(compared_answers * previous_answers as double precision) as answers

    from segment_periods
    where exists (select 1 from survey_responses)

),

customer_effort_trend as (

    select
        'customer_effort_trend' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        change / nullif(answers, 0) as value

    from compared

),

customer_effort_reduction_rate as (

    select
        'customer_effort_reduction_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        (0 - change) / nullif(effort_before, 0) as value

    from compared

)

select * from customer_effort_trend
union all
select * from customer_effort_reduction_rate

with

segment_periods as (

    select * from {{ ref('int_segment_periods__voice') }}

),

survey_responses as (

    select * from {{ ref('stg_voice__survey_responses') }}

),

feedback as (

    select * from {{ ref('stg_voice__feedback') }}

),

feedback_coverage_rate as (

    select
        'feedback_coverage_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(heard_customers as decimal(38, 10)) as numerator,
        cast(closing_customers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from survey_responses) or exists (select 1 from feedback)

)

select * from feedback_coverage_rate

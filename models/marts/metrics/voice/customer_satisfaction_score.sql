with

segment_periods as (

    select * from {{ ref('int_segment_periods__voice') }}

),

survey_responses as (

    select * from {{ ref('stg_voice__survey_responses') }}

),

customer_satisfaction_score as (

    select
        'customer_satisfaction_score' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(satisfied_answers as decimal(38, 10)) as numerator,
        cast(csat_answers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from survey_responses)

)

select * from customer_satisfaction_score

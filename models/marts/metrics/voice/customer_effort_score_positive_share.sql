with

segment_periods as (

    select * from {{ ref('int_segment_periods__voice') }}

),

survey_responses as (

    select * from {{ ref('stg_voice__survey_responses') }}

),

customer_effort_score_positive_share as (

    select
        'customer_effort_score_positive_share' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(easy_answers as decimal(38, 10)) as numerator,
        cast(seven_point_answers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from survey_responses)

)

select * from customer_effort_score_positive_share

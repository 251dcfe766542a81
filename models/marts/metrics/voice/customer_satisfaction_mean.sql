with

segment_periods as (

    select * from {{ ref('int_segment_periods__voice') }}

),

survey_responses as (

    select * from {{ ref('stg_voice__survey_responses') }}

),

customer_satisfaction_mean as (

    select
        'customer_satisfaction_mean' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(five_point_scores as decimal(38, 10)) as numerator,
        cast(five_point_answers as decimal(38, 10)) as denominator,
        cast(five_point_scores_squares as decimal(38, 20)) as sum_of_squares

    from segment_periods
    where exists (select 1 from survey_responses)

),

customer_satisfaction_normalised_mean as (

    select
        'customer_satisfaction_normalised_mean' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(csat_normalised as decimal(38, 10)) as numerator,
        cast(csat_answers as decimal(38, 10)) as denominator,
        cast(csat_normalised_squares as decimal(38, 20)) as sum_of_squares

    from segment_periods
    where exists (select 1 from survey_responses)

)

select * from customer_satisfaction_mean
union all
select * from customer_satisfaction_normalised_mean

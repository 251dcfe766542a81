with

segment_periods as (

    select * from {{ ref('int_segment_periods__voice') }}

),

survey_responses as (

    select * from {{ ref('stg_voice__survey_responses') }}

),

customer_loyalty_index as (

    select
        'customer_loyalty_index' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(loyalty_points as decimal(38, 10)) as numerator,
        cast(loyalty_answers as decimal(38, 10)) as denominator,
        cast(loyalty_points_squares as decimal(38, 20)) as sum_of_squares

    from segment_periods
    where exists (select 1 from survey_responses)

)

select * from customer_loyalty_index

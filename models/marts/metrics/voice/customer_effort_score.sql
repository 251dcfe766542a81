with

segment_periods as (

    select * from {{ ref('int_segment_periods__voice') }}

),

survey_responses as (

    select * from {{ ref('stg_voice__survey_responses') }}

),

customer_effort_score as (

    select
        'customer_effort_score' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(ease_points as decimal(38, 10)) as numerator,
        cast(seven_point_answers as decimal(38, 10)) as denominator,
        cast(ease_points_squares as decimal(38, 20)) as sum_of_squares

    from segment_periods
    where exists (select 1 from survey_responses)

),

customer_effort_index as (

    select
        'customer_effort_index' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(effort as decimal(38, 10)) as numerator,
        cast(ces_answers as decimal(38, 10)) as denominator,
        cast(effort_squares as decimal(38, 20)) as sum_of_squares

    from segment_periods
    where exists (select 1 from survey_responses)

)

select * from customer_effort_score
union all
select * from customer_effort_index

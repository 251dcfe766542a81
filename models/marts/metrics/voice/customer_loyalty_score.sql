with

segment_periods as (

    select * from {{ ref('int_segment_periods__voice') }}

),

customer_loyalty_score as (

    select
        'customer_loyalty_score' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(loyalty_scores as decimal(38, 10)) as numerator,
        cast(scored_customers as decimal(38, 10)) as denominator,
        cast(loyalty_scores_squares as decimal(38, 20)) as sum_of_squares

    from segment_periods

)

select * from customer_loyalty_score

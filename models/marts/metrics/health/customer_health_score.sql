with

segment_periods as (

    select * from {{ ref('int_segment_periods__health') }}

),

customer_health_score as (

    select
        'customer_health_score' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(scores as decimal(38, 10)) as numerator,
        cast(banded_customers as decimal(38, 10)) as denominator,
        cast(scores_squares as decimal(38, 20)) as sum_of_squares

    from segment_periods

)

select * from customer_health_score

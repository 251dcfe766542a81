with

segment_periods as (

    select * from {{ ref('int_segment_periods__retention') }}

),

customer_churn_rate as (

    select
        'customer_churn_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(churned_customers as decimal(38, 10)) as numerator,
        cast(opening_customers as decimal(38, 10)) as denominator

    from segment_periods

),

customer_churn_rate_basic as (

    select
        'customer_churn_rate_basic' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(churn_events as decimal(38, 10)) as numerator,
        cast(opening_customers as decimal(38, 10)) as denominator

    from segment_periods

),

customer_churn_rate_of_start_and_new as (

    select
        'customer_churn_rate_of_start_and_new' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(churn_events as decimal(38, 10)) as numerator,
        cast(opening_customers + new_customers as decimal(38, 10)) as denominator

    from segment_periods

),

customer_churn_rate_of_average as (

    select
        'customer_churn_rate_of_average' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(churn_events as decimal(38, 10)) as numerator,
        cast(0.5 * (opening_customers + closing_customers) as decimal(38, 10)) as denominator

    from segment_periods

),

customer_churn_rate_of_total as (

    select
        'customer_churn_rate_of_total' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(churn_events as decimal(38, 10)) as numerator,
        cast(served_customers as decimal(38, 10)) as denominator

    from segment_periods

),

customer_churn_rate_of_remaining as (

    select
        'customer_churn_rate_of_remaining' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(churn_events as decimal(38, 10)) as numerator,
        cast(closing_customers as decimal(38, 10)) as denominator

    from segment_periods

)

select * from customer_churn_rate
union all
select * from customer_churn_rate_basic
union all
select * from customer_churn_rate_of_start_and_new
union all
select * from customer_churn_rate_of_average
union all
select * from customer_churn_rate_of_total
union all
select * from customer_churn_rate_of_remaining

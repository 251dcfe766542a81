with

segment_periods as (

    select * from {{ ref('int_segment_periods__growth') }}

),

periods as (

    select * from {{ ref('int_periods') }}

),

orders as (

    select * from {{ ref('stg_billing__orders') }}

),

-- value of a purchase x purchases of a buyer in a year x years
factors as (

    select
        segment_periods.period_type,
        segment_periods.period_start,
        segment_periods.segment_name,
        segment_periods.segment_value,
        cast(segment_periods.purchase_amount as double precision) / nullif(segment_periods.purchases, 0) as purchase_value,
        cast({{ purchases_of_a_year('segment_periods.purchases') }} as double precision)
        / nullif(segment_periods.purchasing_customers, 0) as purchase_frequency,
        coalesce(
            1 / (12 * {{ monthly_churn_rate(
                'segment_periods.churned_customers', 'segment_periods.opening_customers', 'segment_periods.months_in_period'
            ) }}),
            cast({{ var('assumed_lifespan_years') or 'null' }} as double precision)
        ) as lifespan_years

    from segment_periods
    inner join periods
        on segment_periods.period_type = periods.period_type and segment_periods.period_start = periods.period_start
    where exists (select 1 from orders)

),

customer_lifetime_value_purchases as (

    select
        'customer_lifetime_value_purchases' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        purchase_value * purchase_frequency * lifespan_years as value

    from factors

)

select * from customer_lifetime_value_purchases

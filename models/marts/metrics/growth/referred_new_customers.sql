with

segment_periods as (

    select * from {{ ref('int_segment_periods__growth') }}

),

referrals as (

    select * from {{ ref('stg_growth__referrals') }}

),

referred_new_customers as (

    select
        'referred_new_customers' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(referred_new_customers as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from referrals)

),

referred_new_customer_rate as (

    select
        'referred_new_customer_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(referred_new_customers as decimal(38, 10)) as numerator,
        cast(new_customers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from referrals)

)

select * from referred_new_customers
union all
select * from referred_new_customer_rate

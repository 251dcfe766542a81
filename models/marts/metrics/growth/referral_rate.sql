with

segment_periods as (

    select * from {{ ref('int_segment_periods__growth') }}

),

referrals as (

    select * from {{ ref('stg_growth__referrals') }}

),

referral_rate as (

    select
        'referral_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(referring_customers as decimal(38, 10)) as numerator,
        cast(closing_customers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from referrals)

)

select * from referral_rate

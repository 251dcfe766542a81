with

segment_periods as (

    select * from {{ ref('int_segment_periods__growth') }}

),

offers as (

    select * from {{ ref('stg_growth__offers') }}

),

offer_conversion_rate as (

    select
        'offer_conversion_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(accepted_offers as decimal(38, 10)) as numerator,
        cast(decided_offers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from offers)

),

upsell_conversion_rate as (

    select
        'upsell_conversion_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(accepted_upsell_offers as decimal(38, 10)) as numerator,
        cast(decided_upsell_offers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from offers)

),

cross_sell_conversion_rate as (

    select
        'cross_sell_conversion_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(accepted_cross_sell_offers as decimal(38, 10)) as numerator,
        cast(decided_cross_sell_offers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from offers)

),

customer_offer_conversion_rate as (

    select
        'customer_offer_conversion_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(customers_who_accepted as decimal(38, 10)) as numerator,
        cast(customers_with_decided_offers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from offers)

)

select * from offer_conversion_rate
union all
select * from upsell_conversion_rate
union all
select * from cross_sell_conversion_rate
union all
select * from customer_offer_conversion_rate

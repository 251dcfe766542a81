{{ config(materialized='view') }}
with

weights as (

    select
        coalesce(sum(case when component = 'repeat' then weight end), 0) as repeat_weight,
        coalesce(sum(case when component = 'tenure' then weight end), 0) as tenure_weight,
        coalesce(sum(case when component = 'referral' then weight end), 0) as referral_weight,
        coalesce(sum(case when component = 'programme' then weight end), 0) as programme_weight

    from {{ ref('loyalty_weights') }}
    -- a component whose table is not there has no weight
    where
        component = 'tenure'
        or (component = 'repeat' and exists (select 1 from {{ ref('stg_billing__orders') }}))
        or (component = 'referral' and exists (select 1 from {{ ref('stg_growth__referrals') }}))
        or (component = 'programme' and exists (select 1 from {{ ref('stg_growth__loyalty_events') }}))

),

closing_days as (

    select
        closing_day,
        {{ add_months('closing_day', -12) }} as year_before,
        {{ add_days('closing_day', -90) }} as ninety_days_before

    from {{ ref('int_months') }}

),

paying as (

    select
        customer_id,
        score_day as closing_day,
        attribute_set,
        tenure_months

    from {{ ref('int_customer_contracts') }}

),

purchases as (

    select
        purchases.customer_id,
        closing_days.closing_day,
        count(*) as purchase_days

    from {{ ref('int_purchases') }} as purchases
    inner join closing_days
        on purchases.purchase_day > closing_days.year_before and purchases.purchase_day <= closing_days.closing_day
    group by purchases.customer_id, closing_days.closing_day

),

referral_days as (

    select distinct
        referrer_customer_id as customer_id,
        referred_date

    from {{ ref('stg_growth__referrals') }}

),

referrals as (

    select
        referral_days.customer_id,
        closing_days.closing_day,
        count(*) as referral_days

    from referral_days
    inner join closing_days
        on referral_days.referred_date > closing_days.year_before and referral_days.referred_date <= closing_days.closing_day
    group by referral_days.customer_id, closing_days.closing_day

),

loyalty_days as (

    select
        customer_id,
        occurred_date,
        count(*) as events

    from {{ ref('stg_growth__loyalty_events') }}
    group by customer_id, occurred_date

),

loyalty_events as (

    select
        loyalty_days.customer_id,
        closing_days.closing_day,
        sum(loyalty_days.events) as events

    from loyalty_days
    inner join closing_days
        on loyalty_days.occurred_date > closing_days.ninety_days_before and loyalty_days.occurred_date <= closing_days.closing_day
    group by loyalty_days.customer_id, closing_days.closing_day

),

counted as (

    select
        paying.customer_id,
        paying.closing_day,
        paying.attribute_set,
        coalesce(purchases.purchase_days, 0) as purchase_days,
        paying.tenure_months,
        coalesce(referrals.referral_days, 0) > 0 as has_referred,
        cast(coalesce(loyalty_events.events, 0) as bigint) as loyalty_events

    from paying
    left join purchases on paying.customer_id = purchases.customer_id and paying.closing_day = purchases.closing_day
    left join referrals on paying.customer_id = referrals.customer_id and paying.closing_day = referrals.closing_day
    left join loyalty_events on paying.customer_id = loyalty_events.customer_id and paying.closing_day = loyalty_events.closing_day

),

-- 36 times the weighted sum of the components (each 0 to 100), so that months of tenure stay whole
weighted as (

    select
        counted.*,
        weights.repeat_weight * 36 * (case when purchase_days >= 2 then 100 when purchase_days = 1 then 50 else 0 end)
        + weights.tenure_weight * 100 * least(tenure_months, 36)
        + weights.referral_weight * 36 * (case when has_referred then 100 else 0 end)
        + weights.programme_weight * 36 * 20 * least(loyalty_events, 5) as points,
        36 * (weights.repeat_weight + weights.tenure_weight + weights.referral_weight + weights.programme_weight) as points_weight

    from counted
    cross join weights

)

select
    customer_id,
    closing_day,
    attribute_set,
    purchase_days,
    tenure_months,
    has_referred,
    loyalty_events,
    cast(points as decimal(38, 10)) as points,
    cast(points_weight as decimal(38, 10)) as points_weight

from weighted

with

items as (

    select * from {{ ref('stg_billing__subscription_items') }}
    where customer_id not in (select customer_id from {{ ref('stg_billing__customers') }} where is_test)

),

plans as (

    select
        plan_id,
        plan_name,
        product_family,
        case billing_interval
            when 'month' then 1
            when 'year' then 1
            when 'week' then {{ fraction(var('week_to_month'))[0] }}
            when 'day' then {{ fraction(var('day_to_month'))[0] }}
        end as factor_numerator,
        cast(interval_count as bigint) * case billing_interval
            when 'month' then 1
            when 'year' then 12
            when 'week' then {{ fraction(var('week_to_month'))[1] }}
            when 'day' then {{ fraction(var('day_to_month'))[1] }}
        end as factor_denominator

    from {{ ref('stg_billing__plans') }}

),

versions as (

    select
        items.item_version_id,
        items.subscription_id,
        items.customer_id,
        items.plan_id,
        plans.plan_name,
        plans.product_family,
        items.currency,
        items.quantity,
        greatest(items.effective_from_date, items.subscription_started_date) as valid_from,
        least(coalesce(items.effective_to_date, {{ forever() }}), coalesce(items.service_end_date, {{ forever() }})) as valid_to,
        items.discount_ends_date,
        items.created_date as version_created_date,
        items.effective_from_date,
        coalesce(items.effective_to_date, {{ forever() }}) as effective_to_date,
        coalesce(items.service_end_date, {{ forever() }}) as service_end_date,
        items.subscription_canceled_date as canceled_date,
        plans.factor_numerator,
        plans.factor_denominator,
        {{ scaled('items.quantity', 6) }} as quantity_e6,
        {{ scaled('items.unit_amount', 10) }} as unit_amount_e10,
        {{ scaled('100 - coalesce(items.discount_percent, 0)', 6) }} as percent_kept_e6,
        {{ scaled('coalesce(items.discount_amount, 0)', 10) }} as discount_amount_e10,
        items.discount_percent > 0 or items.discount_amount > 0 as has_discount

    from items
    inner join plans on items.plan_id = plans.plan_id

)

select
    item_version_id,
    subscription_id,
    customer_id,
    plan_id,
    plan_name,
    product_family,
    currency,
    quantity,
    valid_from,
    valid_to,
    case when has_discount then discount_ends_date end as discount_ends_date,
    version_created_date,
    effective_from_date,
    effective_to_date,
    service_end_date,
    canceled_date,
    -- quantity x price, normalised to a month
    {{ rounded_quotient('quantity_e6 * unit_amount_e10 * factor_numerator', '1000000 * ' ~ scaled('factor_denominator', 0)) }} as list_mrr,
    -- the same less percent, then amount, never below zero
    {{ rounded_quotient(
        'greatest(quantity_e6 * unit_amount_e10 * percent_kept_e6 - discount_amount_e10 * 100000000000000, 0) * factor_numerator',
        '100000000000000 * ' ~ scaled('factor_denominator', 0)
    ) }} as discounted_mrr

from versions

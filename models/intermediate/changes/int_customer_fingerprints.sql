with

subscriptions as (

    select
        subscription_id,
        customer_id,
        ended_date,
        canceled_date,
        cancel_reason,
        is_involuntary

    from {{ ref('stg_billing__subscriptions') }}

),

interruptions as (

    select
        subscriptions.customer_id,
        interruptions.*

    from {{ ref('int_subscription_interruptions') }} as interruptions
    inner join subscriptions on interruptions.subscription_id = subscriptions.subscription_id

),

-- how often usage is billed stands with its plan alone
usage_plans as (

    select
        pieces.customer_id,
        pieces.item_version_id,
        plans.billing_interval,
        plans.interval_count

    from {{ ref('int_usage_pieces') }} as pieces
    inner join {{ ref('stg_billing__plans') }} as plans on pieces.plan_id = plans.plan_id

),

-- what the tables made by_customer read of a customer
row_hashes as (

    {% for relation in [
        'subscriptions', 'interruptions', 'usage_plans', ref('int_item_versions'), ref('int_usage_pieces'), ref('int_customers'),
        ref('int_customer_attribute_spans')
    ] -%}
    select
        customer_id,
        {{ row_hash('that_row') }} as row_hash
    from {{ relation }} as that_row -- noqa: AL05
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    customer_id,
    cast(sum(row_hash) as decimal(38, 0)) as fingerprint

from row_hashes
group by customer_id

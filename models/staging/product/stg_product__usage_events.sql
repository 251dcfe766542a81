with

usage_events as (

    select * from {{ ref('base_product__usage_events') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    usage_events.event_id,
    usage_events.user_id,
    coalesce(merges.into_customer_id, usage_events.customer_id) as customer_id,
    usage_events.event_name,
    usage_events.feature,
    usage_events.occurred_at,
    usage_events.occurred_date,
    cast(coalesce(usage_events.event_count, 1) as decimal(38, 10)) as event_count

from usage_events
left join merges on usage_events.customer_id = merges.from_customer_id

with

loyalty_events as (

    select * from {{ ref('base_growth__loyalty_events') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    coalesce(merges.into_customer_id, loyalty_events.customer_id) as customer_id,
    loyalty_events.event_name,
    loyalty_events.points,
    loyalty_events.occurred_at,
    loyalty_events.occurred_date

from loyalty_events
left join merges on loyalty_events.customer_id = merges.from_customer_id

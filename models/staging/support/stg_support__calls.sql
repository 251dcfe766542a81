with

calls as (

    select * from {{ ref('base_support__calls') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    calls.call_id,
    coalesce(merges.into_customer_id, calls.customer_id) as customer_id,
    calls.agent_id,
    lower(calls.direction) as direction,
    calls.queued_at,
    calls.queued_date,
    calls.answered_at,
    calls.answered_date,
    calls.ended_at,
    calls.ended_date,
    calls.hold_seconds,
    calls.wrap_seconds,
    calls.is_abandoned,
    calls.is_resolved,
    calls.queue,
    calls.transferred_from_call_id

from calls
left join merges on calls.customer_id = merges.from_customer_id

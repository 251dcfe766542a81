with

sessions as (

    select * from {{ ref('base_product__sessions') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    sessions.session_id,
    sessions.user_id,
    coalesce(merges.into_customer_id, sessions.customer_id) as customer_id,
    sessions.started_at,
    sessions.started_date,
    sessions.ended_at,
    sessions.ended_date

from sessions
left join merges on sessions.customer_id = merges.from_customer_id

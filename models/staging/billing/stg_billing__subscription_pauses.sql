with

subscription_pauses as (

    select * from {{ ref('base_billing__subscription_pauses') }}
    where fate = 'staged'

)

select
    subscription_pauses.subscription_id,
    subscription_pauses.paused_at,
    subscription_pauses.paused_date,
    subscription_pauses.resumed_at,
    subscription_pauses.resumed_date

from subscription_pauses

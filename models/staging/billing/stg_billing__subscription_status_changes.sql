with

subscription_status_changes as (

    select * from {{ ref('base_billing__subscription_status_changes') }}
    where fate = 'staged'

)

select
    subscription_status_changes.subscription_id,
    lower(subscription_status_changes.status) as status,
    subscription_status_changes.changed_at,
    subscription_status_changes.changed_date

from subscription_status_changes

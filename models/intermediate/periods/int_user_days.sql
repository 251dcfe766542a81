select distinct
    users.user_id,
    users.customer_id,
    events.occurred_date as active_day

from {{ ref('stg_product__usage_events') }} as events
inner join {{ ref('int_users') }} as users on events.user_id = users.user_id
where events.occurred_date <= (select as_of_day from {{ ref('int_as_of') }})

-- the one pass over the events from which the use of features is cut; every event that names one counts, qualifying or not
select distinct
    users.user_id,
    users.customer_id,
    events.feature,
    events.occurred_date as used_day

from {{ ref('stg_product__usage_events') }} as events
inner join {{ ref('int_users') }} as users on events.user_id = users.user_id
where events.feature is not null and events.occurred_date <= (select as_of_day from {{ ref('int_as_of') }})

{{ config(materialized='view') }}
select
    users.user_id,
    users.customer_id,
    users.created_date,
    days.occurred_date as active_day,
    days.is_active,
    days.has_login,
    days.actions,
    days.logins

from {{ ref('int_user_event_days') }} as days
inner join {{ ref('int_users') }} as users on days.user_id = users.user_id
where days.occurred_date <= (select as_of_day from {{ ref('int_as_of') }})

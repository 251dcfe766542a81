{%- set is_qualifying = is_named('events.event_name', var('active_event_names')) if var('active_event_names') else 'true' -%}
{%- set is_login = is_named('events.event_name', var('login_event_names')) -%}
-- the one pass over the events from which every figure of activity is cut
select
    users.user_id,
    users.customer_id,
    users.created_date,
    events.occurred_date as active_day,
    {{ any_true(is_qualifying) }} as is_active,
    {{ any_true(is_login) }} as has_login,
    cast(sum(case when {{ is_qualifying }} then events.event_count else 0 end) as decimal(38, 10)) as actions,
    cast(sum(case when {{ is_login }} then events.event_count else 0 end) as decimal(38, 10)) as logins

from {{ ref('stg_product__usage_events') }} as events
inner join {{ ref('int_users') }} as users on events.user_id = users.user_id
where events.occurred_date <= (select as_of_day from {{ ref('int_as_of') }})
group by users.user_id, users.customer_id, users.created_date, events.occurred_date

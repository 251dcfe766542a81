{%- set is_qualifying = is_named('event_name', var('active_event_names')) if var('active_event_names') else 'true' -%}
{%- set is_login = is_named('event_name', var('login_event_names')) %}
{{ made_by_day() }}
-- the one pass over the events from which every figure of activity is cut
select
    user_id,
    occurred_date,
    {{ any_true(is_qualifying) }} as is_active,
    {{ any_true(is_login) }} as has_login,
    cast(sum(case when {{ is_qualifying }} then event_count else 0 end) as decimal(38, 10)) as actions,
    cast(sum(case when {{ is_login }} then event_count else 0 end) as decimal(38, 10)) as logins

from {{ ref('stg_product__usage_events') }}
where user_id is not null
group by user_id, occurred_date

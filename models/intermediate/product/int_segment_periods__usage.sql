{%- set counts = ['active_users', 'user_days', 'weekly_active_users', 'weekly_user_days', 'monthly_active_users', 'monthly_user_days', 'sessions'] -%}
{%- set sums = ['actions', 'logins', 'session_seconds'] -%}
with

-- one pass over the customers; the eight segments are cut from its small result
attribute_sums as (

    select
        usage.period_type,
        usage.period_start,
        {{ segment_attributes('days.') }},
        {% for name in counts + sums -%}
        sum(usage.{{ name }}) as {{ name }},
        {% endfor -%}
        {{ count_where('usage.active_users > 0') }} as active_customers,
        sum(case when days.is_paying then usage.active_created_users else 0 end) as active_users_of_paying,
        {{ count_where('days.is_paying and usage.monthly_actions >= ' ~ var('engagement_min_actions')) }} as engaged_customers

    from {{ ref('int_customer_period_usage') }} as usage
    inner join {{ ref('int_periods') }} as periods
        on usage.period_type = periods.period_type and usage.period_start = periods.period_start
    inner join {{ ref('int_customer_days') }} as days
        on usage.customer_id = days.customer_id and periods.closing_day = days.state_day
    group by usage.period_type, usage.period_start, {{ segment_attributes('days.') }}

)

select
    attribute_sums.period_type,
    attribute_sums.period_start,
    segments.segment_name,
    {{ segment_value('attribute_sums.') }} as segment_value,
    {% for name in counts + ['active_customers', 'active_users_of_paying', 'engaged_customers'] -%}
    cast(sum(attribute_sums.{{ name }}) as bigint) as {{ name }},
    {% endfor -%}
    {% for name in sums -%}
    cast(sum(attribute_sums.{{ name }}) as decimal(38, 10)) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from attribute_sums
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4

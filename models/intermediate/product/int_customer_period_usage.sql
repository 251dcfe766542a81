{%- set measures = {
    'active': {
        'active_users': 'bigint', 'active_created_users': 'bigint', 'user_days': 'bigint', 'actions': 'decimal(38, 10)', 'logins': 'decimal(38, 10)'
    },
    'windows': {
        'weekly_active_users': 'bigint', 'weekly_user_days': 'bigint', 'monthly_active_users': 'bigint', 'monthly_user_days': 'bigint',
        'monthly_actions': 'decimal(38, 10)'
    },
    'sessions': {'sessions': 'bigint', 'session_seconds': 'decimal(38, 10)'}
} -%}
with

periods as (

    select * from {{ ref('int_periods') }}

),

-- a user belongs to one customer: distinct users add over customers
active as (

    select
        periods.period_type,
        periods.period_start,
        user_periods.customer_id,
        {{ count_where('user_periods.active_days > 0') }} as active_users,
        {{ count_where('user_periods.active_days > 0 and user_periods.created_date <= periods.closing_day') }} as active_created_users,
        sum(user_periods.active_days) as user_days,
        sum(user_periods.actions) as actions,
        sum(user_periods.logins) as logins

    from {{ ref('int_user_periods') }} as user_periods
    inner join periods
        on user_periods.period_type = periods.period_type and user_periods.period_start = periods.period_start
    group by periods.period_type, periods.period_start, user_periods.customer_id

),

windows as (

    select
        periods.period_type,
        periods.period_start,
        windows.*

    from {{ ref('int_customer_usage_windows') }} as windows
    inner join periods on windows.closing_day = periods.closing_day

),

session_months as (

    select
        customer_id,
        month_start,
        sum(sessions) as sessions,
        sum(sessions * seconds) as session_seconds

    from {{ ref('int_customer_session_months') }}
    group by customer_id, month_start

),

sessions as (

    select
        period_months.period_type,
        period_months.period_start,
        session_months.customer_id,
        sum(session_months.sessions) as sessions,
        sum(session_months.session_seconds) as session_seconds

    from session_months
    inner join {{ ref('int_period_months') }} as period_months on session_months.month_start = period_months.month_start
    group by period_months.period_type, period_months.period_start, session_months.customer_id

),

population as (

    select period_type, period_start, customer_id from active
    union
    select period_type, period_start, customer_id from windows
    union
    select period_type, period_start, customer_id from sessions

)

select
    population.period_type,
    population.period_start,
    population.customer_id,
    {% for source, columns in measures.items() -%}
    {% set is_last = loop.last -%}
    {% for name, type in columns.items() -%}
    cast(coalesce({{ source }}.{{ name }}, 0) as {{ type }}) as {{ name }}{{ ',' if not (is_last and loop.last) }}
    {% endfor -%}
    {% endfor %}
from population
{% for source in measures -%}
left join {{ source }}
    on
        population.period_type = {{ source }}.period_type
        and population.period_start = {{ source }}.period_start
        and population.customer_id = {{ source }}.customer_id
{% endfor -%}

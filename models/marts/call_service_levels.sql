{%- set counts = {
    'answered_calls': 'is_answered',
    'answered_within_calls': 'is_answered and is_within_threshold',
    'abandoned_calls': 'is_abandoned',
    'abandoned_within_calls': 'is_abandoned and is_within_threshold'
} -%}
with

calls as (

    select * from {{ ref('int_calls') }}

),

scopes as (

    select 'all' as scope
    union all
    select 'queue'

),

-- calls are many, months are few: periods add up months
queue_months as (

    select
        months.month_start,
        case when scopes.scope = 'all' then 'all' else calls.queue end as queue,
        scopes.scope,
        count(*) as calls,
        {% for name, condition in counts.items() -%}
        {{ count_where(condition) }} as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from calls
    inner join {{ ref('int_months') }} as months
        on {{ month_of('calls.queued_date') }} = months.month_start and calls.queued_date >= months.first_day
    cross join scopes
    group by 1, 2, 3

),

queue_periods as (

    select
        periods.period_type,
        periods.period_start,
        queue_months.scope,
        queue_months.queue,
        cast(sum(queue_months.calls) as bigint) as calls,
        {% for name in counts -%}
        cast(sum(queue_months.{{ name }}) as bigint) as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from queue_months
    inner join {{ ref('int_period_months') }} as periods on queue_months.month_start = periods.month_start
    group by 1, 2, 3, 4

),

call_service_levels as (

    select
        cast(queue_periods.period_type as varchar) as period_type,
        queue_periods.period_start,
        periods.period_end,
        periods.is_over as is_complete,
        cast(queue_periods.scope as varchar) as scope,
        cast(queue_periods.queue as varchar) as queue,
        queue_periods.calls,
        queue_periods.calls - queue_periods.answered_calls - queue_periods.abandoned_calls as short_abandoned_calls,
        queue_periods.answered_calls + queue_periods.abandoned_calls as offered_calls,
        queue_periods.answered_calls,
        queue_periods.answered_within_calls,
        queue_periods.abandoned_calls,
        queue_periods.abandoned_within_calls,
        cast(answered_within_calls as double precision) / nullif(answered_calls, 0) as answered_within_of_answered,
        cast(answered_within_calls + abandoned_calls as double precision)
        / nullif(answered_calls + abandoned_calls, 0) as answered_within_or_abandoned_of_offered,
        cast(answered_within_calls as double precision) / nullif(answered_calls + abandoned_calls, 0) as answered_within_of_offered,
        cast(answered_within_calls + abandoned_within_calls as double precision)
        / nullif(answered_calls + abandoned_calls, 0) as answered_or_abandoned_within_of_offered,
        cast(answered_within_calls as double precision)
        / nullif(answered_calls + abandoned_calls - abandoned_within_calls, 0) as answered_within_of_answered_or_abandoned_after

    from queue_periods
    inner join {{ ref('int_periods') }} as periods
        on queue_periods.period_type = periods.period_type and queue_periods.period_start = periods.period_start

)

select * from call_service_levels

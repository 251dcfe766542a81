{%- set counts = {
    'calls': 'true',
    'answered_calls': 'calls.is_answered',
    'abandoned_calls': 'calls.is_abandoned',
    'answered_within_calls': 'calls.is_answered and calls.is_within_threshold',
    'abandoned_after_calls': 'calls.is_abandoned and not calls.is_within_threshold',
    'calls_with_outcome': 'calls.is_answered and calls.is_resolved is not null',
    'calls_resolved_at_once': 'calls.is_answered and calls.is_resolved and not calls.is_transferred'
} -%}
{%- set sums = ['answered_wait_seconds', 'handle_seconds'] -%}
with

-- calls are many, months are few: periods add up months
segment_months as (

    select
        months.month_start,
        segments.segment_name,
        {{ segment_value('calls.') }} as segment_value,
        sum(case when calls.is_answered then calls.wait_seconds else 0 end) as answered_wait_seconds,
        sum(coalesce(calls.handle_seconds, 0)) as handle_seconds,
        {% for name, condition in counts.items() -%}
        {{ count_where(condition) }} as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_calls') }} as calls
    inner join {{ ref('int_months') }} as months
        on {{ month_of('calls.queued_date') }} = months.month_start and calls.queued_date >= months.first_day
    cross join {{ ref('int_segments') }} as segments
    group by 1, 2, 3

)

select
    periods.period_type,
    periods.period_start,
    segment_months.segment_name,
    segment_months.segment_value,
    {% for name in sums -%}
    cast(sum(segment_months.{{ name }}) as decimal(38, 10)) as {{ name }},
    {% endfor -%}
    {% for name in counts -%}
    cast(sum(segment_months.{{ name }}) as bigint) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from segment_months
inner join {{ ref('int_period_months') }} as periods on segment_months.month_start = periods.month_start
group by 1, 2, 3, 4

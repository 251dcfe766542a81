{%- set counts = {
    'first_resolved_tickets': 'turns.is_first',
    'one_touch_tickets': 'turns.is_first and turns.is_one_touch',
    'pending_first_contacts': 'turns.is_first and turns.is_reopening_open',
    'due_first_contacts': 'turns.is_first and not turns.is_reopening_open',
    'first_contacts': 'turns.is_first and not turns.is_reopening_open and turns.is_first_contact'
} -%}
{%- set lasting = ['resolution_seconds', 'resolution_business_seconds', 'messages'] -%}
with

-- turns are many, months are few: periods add up months. Closing days are month ends, so the month in which a ticket was reopened is enough to
-- tell whether it is still resolved at a close (an open period closes on the as-of day, after which nothing is read).
segment_months as (

    select
        months.month_start,
        {{ month_of('turns.reopened_date') }} as reopened_month,
        segments.segment_name,
        {{ segment_value('turns.') }} as segment_value,
        count(*) as turns,
        {% for name in lasting -%}
        sum(turns.{{ name }}) as {{ name }},
        {% endfor -%}
        sum(case when turns.is_first then turns.resolution_seconds else 0 end) as first_resolution_seconds,
        {% for name, condition in counts.items() -%}
        {{ count_where(condition) }} as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_ticket_turns') }} as turns
    inner join {{ ref('int_months') }} as months
        on {{ month_of('turns.turned_date') }} = months.month_start and turns.turned_date >= months.first_day
    cross join {{ ref('int_segments') }} as segments
    group by 1, 2, 3, 4

),

-- a turn into resolved counts where the ticket is still resolved at the close; then it is the last of its ticket
in_periods as (

    select
        period_months.period_type,
        period_months.period_start,
        coalesce(segment_months.reopened_month > periods.closing_day, true) as is_resolved_at_close,
        segment_months.*

    from segment_months
    inner join {{ ref('int_period_months') }} as period_months on segment_months.month_start = period_months.month_start
    inner join {{ ref('int_periods') }} as periods
        on period_months.period_type = periods.period_type and period_months.period_start = periods.period_start

)

select
    period_type,
    period_start,
    segment_name,
    segment_value,
    cast(sum(case when is_resolved_at_close then turns else 0 end) as bigint) as resolved_tickets,
    {% for name in lasting -%}
    cast(sum(case when is_resolved_at_close then {{ name }} else 0 end) as decimal(38, 10)) as {{ name }},
    {% endfor -%}
    cast(sum(first_resolution_seconds) as decimal(38, 10)) as first_resolution_seconds,
    {% for name in counts -%}
    cast(sum({{ name }}) as bigint) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from in_periods
group by 1, 2, 3, 4

{%- set counts = {
    'created_tickets': 'true',
    'answered_tickets': 'tickets.first_response_at is not null',
    'pending_resolutions': 'tickets.is_resolution_pending',
    'due_tickets': 'not tickets.is_resolution_pending',
    'resolved_in_window': 'not tickets.is_resolution_pending and tickets.is_resolved_in_window',
    'pending_first_contacts_of_all': 'tickets.is_first_contact_of_all_pending',
    'due_first_contacts_of_all': 'not tickets.is_first_contact_of_all_pending',
    'first_contacts_of_all': 'not tickets.is_first_contact_of_all_pending and tickets.is_first_contact_in_window'
} -%}
{%- set sums = ['first_response_seconds', 'first_response_business_seconds'] -%}
with

-- tickets are many, months are few: periods add up months
segment_months as (

    select
        months.month_start,
        segments.segment_name,
        {{ segment_value('tickets.') }} as segment_value,
        {% for name in sums -%}
        sum(coalesce(tickets.{{ name }}, 0)) as {{ name }},
        {% endfor -%}
        {% for name, condition in counts.items() -%}
        {{ count_where(condition) }} as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_ticket_timings') }} as tickets
    inner join {{ ref('int_months') }} as months
        on {{ month_of('tickets.created_date') }} = months.month_start and tickets.created_date >= months.first_day
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

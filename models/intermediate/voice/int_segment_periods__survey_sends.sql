{%- set counts = {
    'pending_surveys': 'sends.is_pending',
    'delivered_surveys': 'sends.is_delivered and not sends.is_pending',
    'answered_surveys': 'sends.is_delivered and not sends.is_pending and sends.is_answered'
} -%}
with

-- a survey is read once: the months add up to longer periods, and the eight segments are cut from the small result
attribute_months as (

    select
        months.month_start,
        {{ segment_attributes('sends.') }},
        {% for name, condition in counts.items() -%}
        {{ count_where(condition) }} as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_survey_sends') }} as sends
    inner join {{ ref('int_months') }} as months
        on {{ month_of('sends.sent_day') }} = months.month_start and sends.sent_day >= months.first_day
    group by months.month_start, {{ segment_attributes('sends.') }}

)

select
    period_months.period_type,
    period_months.period_start,
    segments.segment_name,
    {{ segment_value('attribute_months.') }} as segment_value,
    {% for name in counts -%}
    cast(sum(attribute_months.{{ name }}) as bigint) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from attribute_months
inner join {{ ref('int_period_months') }} as period_months on attribute_months.month_start = period_months.month_start
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4

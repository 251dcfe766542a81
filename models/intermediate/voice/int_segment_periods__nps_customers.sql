{%- set sums = {
    'customer_votes': 'vote',
    'customer_votes_squares': 'cast(vote * vote as decimal(38, 20))',
    'weighted_votes': converted('vote', 'mrr'),
    'voting_mrr': 'mrr'
} -%}
with

-- one pass over the customers; the eight segments are cut from its small result
attribute_sums as (

    select
        period_type,
        period_start,
        {{ segment_attributes() }},
        count(*) as nps_customers,
        {% for name, value in sums.items() -%}
        sum({{ value }}) as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_nps_customer_periods') }}
    where not is_of_one_kind
    group by period_type, period_start, {{ segment_attributes() }}

)

select
    attribute_sums.period_type,
    attribute_sums.period_start,
    segments.segment_name,
    {{ segment_value('attribute_sums.') }} as segment_value,
    cast(sum(attribute_sums.nps_customers) as bigint) as nps_customers,
    {% for name in sums -%}
    cast(sum(attribute_sums.{{ name }}) as decimal(38, {{ 20 if name.endswith('squares') else 10 }})) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from attribute_sums
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4

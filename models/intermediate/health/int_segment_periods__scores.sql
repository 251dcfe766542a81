{%- set sums = ['closing_mrr', 'scores', 'weighted_scores', 'banded_mrr', 'at_risk_mrr', 'predicted_probability', 'expected_churned_mrr'] -%}
{%- set counts = [
    'closing_customers', 'banded_customers', 'green_customers', 'yellow_customers', 'red_customers', 'at_risk_customers', 'predicted_customers'
] -%}
select
    periods.period_type,
    periods.period_start,
    segments.segment_name,
    {{ segment_value('attribute_sets.') }} as segment_value,
    {% for name in sums -%}
    cast(sum(sums.{{ name }}) as decimal(38, 10)) as {{ name }},
    {% endfor -%}
    cast(sum(sums.scores_squares) as decimal(38, 20)) as scores_squares,
    {% for name in counts -%}
    cast(sum(sums.{{ name }}) as bigint) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from {{ ref('int_score_sums') }} as sums
inner join {{ ref('int_attribute_sets') }} as attribute_sets on sums.attribute_set = attribute_sets.attribute_set
inner join {{ ref('int_periods') }} as periods on sums.score_day = periods.closing_day
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4

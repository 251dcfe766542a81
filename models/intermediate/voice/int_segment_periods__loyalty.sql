{%- set sums = ['loyalty_scores', 'loyalty_scores_squares'] -%}
with

-- one pass over the customers of a closing day: there are few different scores, and each is divided out once
equals as (

    select
        closing_day,
        attribute_set,
        points,
        points_weight,
        cast(count(*) as decimal(12, 0)) as customers

    from {{ ref('int_customer_loyalty') }}
    group by closing_day, attribute_set, points, points_weight

),

scores as (

    select
        closing_day,
        attribute_set,
        customers,
        cast({{ proportion('cast(1 as decimal(38, 10))', 'points', 'points_weight') }} as decimal(13, 10)) as loyalty_score

    from equals

),

set_sums as (

    select
        closing_day,
        attribute_set,
        sum(case when loyalty_score is null then 0 else customers end) as scored_customers,
        coalesce(sum(customers * loyalty_score), 0) as loyalty_scores,
        coalesce(sum(customers * cast(loyalty_score * loyalty_score as decimal(25, 20))), 0) as loyalty_scores_squares

    from scores
    group by closing_day, attribute_set

)

select
    periods.period_type,
    periods.period_start,
    segments.segment_name,
    {{ segment_value('attribute_sets.') }} as segment_value,
    cast(sum(set_sums.scored_customers) as bigint) as scored_customers,
    {% for name in sums -%}
    cast(sum(set_sums.{{ name }}) as decimal(38, {{ 20 if name.endswith('squares') else 10 }})) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from set_sums
inner join {{ ref('int_periods') }} as periods on set_sums.closing_day = periods.closing_day
inner join {{ ref('int_attribute_sets') }} as attribute_sets on set_sums.attribute_set = attribute_sets.attribute_set
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4

{%- set sums = ['loyalty_scores', 'loyalty_scores_squares'] -%}
with

-- one pass over the customers; the eight segments are cut from its small result
attribute_sums as (

    select
        customers.period_type,
        customers.period_start,
        {{ segment_attributes('customers.closing_') }},
        count(loyalty.loyalty_score) as scored_customers,
        coalesce(sum(loyalty.loyalty_score), 0) as loyalty_scores,
        coalesce(sum(cast(loyalty.loyalty_score * loyalty.loyalty_score as decimal(38, 20))), 0) as loyalty_scores_squares

    from {{ ref('int_customer_periods') }} as customers
    inner join {{ ref('int_periods') }} as periods
        on customers.period_type = periods.period_type and customers.period_start = periods.period_start
    inner join {{ ref('int_customer_loyalty') }} as loyalty
        on customers.customer_id = loyalty.customer_id and periods.closing_day = loyalty.closing_day
    where customers.closing_mrr > 0
    group by customers.period_type, customers.period_start, {{ segment_attributes('customers.closing_') }}

)

select
    attribute_sums.period_type,
    attribute_sums.period_start,
    segments.segment_name,
    {{ segment_value('attribute_sums.closing_') }} as segment_value,
    cast(sum(attribute_sums.scored_customers) as bigint) as scored_customers,
    {% for name in sums -%}
    cast(sum(attribute_sums.{{ name }}) as decimal(38, {{ 20 if name.endswith('squares') else 10 }})) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from attribute_sums
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4

{%- set counts = ['opening_customers', 'retained_customers', 'churned_customers', 'accounts'] -%}
{%- set amounts = ['opening_mrr', 'retained_mrr', 'churned_mrr', 'paused_mrr', 'contraction_mrr', 'expansion_mrr', 'mrr'] -%}
with

-- what is there on the opening day, all of it kept, but for what changes until the close
set_sums as (

    select
        periods.period_type,
        periods.period_start,
        sums.attribute_set,
        sums.paying_customers as opening_customers,
        sums.paying_customers as retained_customers,
        0 as churned_customers,
        sums.paying_customers as accounts,
        sums.mrr as opening_mrr,
        sums.mrr as retained_mrr,
        0 as churned_mrr,
        0 as paused_mrr,
        0 as contraction_mrr,
        0 as expansion_mrr,
        sums.mrr

    from {{ ref('int_periods') }} as periods
    inner join {{ ref('int_balance_sums') }} as sums on periods.opening_day = sums.state_day

    union all

    select
        period_type,
        period_start,
        opening_set,
        0,
        retained_customers,
        churned_customers,
        added_customers,
        0,
        retained_mrr,
        churned_mrr,
        paused_mrr,
        contraction_mrr,
        expansion_mrr,
        added_mrr
    from {{ ref('int_change_sums__opening') }}

)

select
    set_sums.period_type,
    set_sums.period_start,
    attribute_sets.csm,
    {% for name in counts -%}
    cast(sum(set_sums.{{ name }}) as bigint) as {{ name }},
    {% endfor -%}
    {% for name in amounts -%}
    cast(sum(set_sums.{{ name }}) as decimal(38, 10)) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from set_sums
inner join {{ ref('int_attribute_sets') }} as attribute_sets on set_sums.attribute_set = attribute_sets.attribute_set
group by set_sums.period_type, set_sums.period_start, attribute_sets.csm

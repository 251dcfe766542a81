{%- set moved = [
    'expansion_mrr', 'contraction_mrr', 'churned_mrr', 'paused_mrr', 'fx_mrr', 'gross_expansion_mrr', 'gross_contraction_mrr', 'upsell_mrr',
    'cross_sell_mrr', 'price_increase_mrr', 'discount_expiry_mrr'
] -%}
{%- set counts = ['churned_customers', 'involuntary_churned_customers', 'paused_customers', 'churned_from_paused_customers'] -%}
with

periods as (

    select * from {{ ref('int_periods') }}

),

-- what is there on the opening day, all of it kept, but for what changes until the close
set_sums as (

    select
        periods.period_type,
        periods.period_start,
        sums.attribute_set,
        sums.mrr as opening_mrr,
        sums.paying_customers as opening_customers,
        sums.mrr as retained_mrr,
        sums.mrr as retained_product_mrr,
        sums.paying_customers as retained_customers,
        0 as opening_users_of_paying,
        {% for name in moved + counts -%}
        0 as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from periods
    inner join {{ ref('int_balance_sums') }} as sums on periods.opening_day = sums.state_day

    union all

    select
        period_type,
        period_start,
        opening_set,
        0,
        0,
        retained_mrr,
        retained_product_mrr,
        retained_customers,
        0,
        {% for name in moved + counts -%}
        {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_change_sums__opening') }}

    union all

    select
        periods.period_type,
        periods.period_start,
        balances.attribute_set,
        0,
        0,
        0,
        0,
        0,
        sum(users.total_users_at_opening),
        {% for name in moved + counts -%}
        0{{ ',' if not loop.last }}
        {% endfor %}
    from periods
    inner join {{ ref('int_customer_period_users') }} as users
        on periods.period_type = users.period_type and periods.period_start = users.period_start
    inner join {{ ref('int_customer_balances') }} as balances
        on users.customer_id = balances.customer_id and periods.opening_day = balances.state_day
    where balances.mrr > 0
    group by periods.period_type, periods.period_start, balances.attribute_set

)

select
    set_sums.period_type,
    set_sums.period_start,
    segments.segment_name,
    {{ segment_value('attribute_sets.') }} as segment_value,
    {% for name in ['opening_mrr', 'retained_mrr', 'retained_product_mrr'] + moved -%}
    cast(sum(set_sums.{{ name }}) as decimal(38, 10)) as {{ name }},
    {% endfor -%}
    {% for name in ['opening_customers', 'retained_customers', 'opening_users_of_paying'] + counts -%}
    cast(sum(set_sums.{{ name }}) as bigint) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from set_sums
inner join {{ ref('int_attribute_sets') }} as attribute_sets on set_sums.attribute_set = attribute_sets.attribute_set
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4

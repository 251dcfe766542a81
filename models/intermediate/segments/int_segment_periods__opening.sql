{%- set amounts = dict(movement_amounts(), opening_mrr='ends.opening_mrr') -%}
{%- set moved = [
    'expansion_mrr', 'contraction_mrr', 'churned_mrr', 'paused_mrr', 'fx_mrr', 'gross_expansion_mrr', 'gross_contraction_mrr', 'upsell_mrr',
    'cross_sell_mrr', 'price_increase_mrr', 'discount_expiry_mrr'
] -%}
{%- set counts = {
    'churned_customers': "ends.movement = 'churn'",
    'involuntary_churned_customers': "ends.movement = 'churn' and causes.is_involuntary",
    'paused_customers': "ends.movement = 'paused'",
    'churned_from_paused_customers':
        'ends.is_paused_at_opening and ends.closing_mrr = 0 and not ends.is_paused_at_closing'
} -%}
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
        {% for name in moved + (counts | list) -%}
        0 as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from periods
    inner join {{ ref('int_balance_sums') }} as sums on periods.opening_day = sums.state_day

    union all

    select
        ends.period_type,
        ends.period_start,
        ends.opening_set,
        0,
        0,
        sum(coalesce({{ amounts['retained_mrr'] }}, 0) - ends.opening_mrr),
        sum(coalesce({{ amounts['retained_product_mrr'] }}, 0) - ends.opening_mrr),
        -{{ count_where('ends.opening_mrr > 0 and ends.closing_mrr = 0') }},
        0,
        {% for name in moved -%}
        sum({{ amounts[name] }}),
        {% endfor -%}
        {% for condition in counts.values() -%}
        {{ count_where(condition) }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_customer_period_changes') }} as ends
    left join {{ ref('int_customer_changes') }} as changes
        on
            ends.customer_id = changes.customer_id
            and ends.opening_since = changes.opening_since
            and ends.closing_since = changes.closing_since
    left join {{ ref('int_churn_events') }} as causes
        on ends.customer_id = causes.customer_id and ends.last_churn_day = causes.churn_day
    group by ends.period_type, ends.period_start, ends.opening_set

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
        {% for name in moved + (counts | list) -%}
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
    cast(coalesce(sum(set_sums.{{ name }}), 0) as decimal(38, 10)) as {{ name }},
    {% endfor -%}
    {% for name in ['opening_customers', 'retained_customers', 'opening_users_of_paying'] + (counts | list) -%}
    cast(coalesce(sum(set_sums.{{ name }}), 0) as bigint) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from set_sums
inner join {{ ref('int_attribute_sets') }} as attribute_sets on set_sums.attribute_set = attribute_sets.attribute_set
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4

{%- set won = ['new_mrr', 'reactivation_mrr', 'resumed_mrr'] -%}
{%- set counts = ['customers_of_class_new', 'reactivated_customers', 'resumed_customers', 'new_customers', 'joined_and_left_customers'] -%}
{%- set money_of_others = ['invoiced_recurring_revenue', 'invoiced_revenue'] -%}
{%- set users = ['total_users', 'new_users', 'closing_users_of_paying', 'revenue_users'] -%}
with

periods as (

    select
        periods.period_type,
        periods.period_start,
        periods.closing_day,
        closing_days.months_closed - opening_days.months_closed as months_closed

    from {{ ref('int_periods') }} as periods
    inner join {{ ref('int_state_days') }} as opening_days on periods.opening_day = opening_days.state_day
    inner join {{ ref('int_state_days') }} as closing_days on periods.closing_day = closing_days.state_day

),

-- what is there at the close, as if it had been there all the time, but for what changed since the opening
set_sums as (

    select
        periods.period_type,
        periods.period_start,
        sums.attribute_set,
        sums.mrr as closing_mrr,
        sums.mrr as average_mrr,
        sums.mrr * periods.months_closed as monthly_average_mrr,
        sums.committed_mrr,
        sums.paying_customers as closing_customers,
        sums.paying_customers + sums.paused_customers as contracted_customers,
        sums.paying_customers as served_customers,
        {% for name in won + counts + money_of_others + users -%}
        0 as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from periods
    inner join {{ ref('int_balance_sums') }} as sums on periods.closing_day = sums.state_day

    union all

    select
        periods.period_type,
        periods.period_start,
        sums.closing_set,
        0,
        sums.average_mrr - sums.closing_mrr,
        sums.monthly_average_mrr - sums.closing_mrr * periods.months_closed,
        0,
        0,
        0,
        sums.served_customers - sums.closing_customers,
        {% for name in won + counts -%}
        sums.{{ name }},
        {% endfor -%}
        {% for name in money_of_others + users -%}
        0{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_change_sums__closing') }} as sums
    inner join periods on sums.period_type = periods.period_type and sums.period_start = periods.period_start

    union all

    select
        periods.period_type,
        periods.period_start,
        balances.attribute_set,
        {% for name in range(7 + won | length + counts | length) -%}
        0,
        {% endfor -%}
        {% for name in money_of_others -%}
        sum(invoices.{{ name }}),
        {% endfor -%}
        sum(users.total_users),
        sum(users.total_users - users.total_users_at_opening),
        sum(case when balances.mrr > 0 then users.total_users end),
        sum(case when balances.mrr > 0 then users.revenue_users end)

    from {{ ref('int_customer_period_users') }} as users
    full outer join {{ ref('int_customer_period_invoices') }} as invoices
        on
            users.period_type = invoices.period_type
            and users.period_start = invoices.period_start
            and users.customer_id = invoices.customer_id
    inner join periods
        on
            coalesce(users.period_type, invoices.period_type) = periods.period_type
            and coalesce(users.period_start, invoices.period_start) = periods.period_start
    inner join {{ ref('int_customer_balances') }} as balances
        on coalesce(users.customer_id, invoices.customer_id) = balances.customer_id and periods.closing_day = balances.state_day
    group by periods.period_type, periods.period_start, balances.attribute_set

)

select
    set_sums.period_type,
    set_sums.period_start,
    segments.segment_name,
    {{ segment_value('attribute_sets.') }} as segment_value,
    {% for name in ['closing_mrr', 'average_mrr', 'monthly_average_mrr', 'committed_mrr'] + won + money_of_others -%}
    cast(sum(set_sums.{{ name }}) as decimal(38, 10)) as {{ name }},
    {% endfor -%}
    {% for name in ['closing_customers', 'contracted_customers', 'served_customers'] + counts + users -%}
    cast(sum(set_sums.{{ name }}) as bigint) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from set_sums
inner join {{ ref('int_attribute_sets') }} as attribute_sets on set_sums.attribute_set = attribute_sets.attribute_set
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4

{%- set last_month = "(select max(period_start) from " ~ ref('int_periods') ~ " where period_type = 'month' and is_over)" -%}
{%- set month = "cast('" ~ var('month') ~ "' as date)" if var('month', none) else last_month -%}
with

churned as (

    select * from {{ ref('customer_periods') }}
    where period_type = 'month' and period_start = {{ month }} and movement = 'churn'

),

plans_held as (

    select
        customer_id,
        {{ dbt.listagg('plan_id', "', '", 'order by plan_id') }} as plans

    from (
        select distinct
            customer_id,
            plan_id
        from {{ ref('mrr_movement_details') }}
        where period_type = 'month' and period_start = {{ month }} and component = 'as_sold' and opening_mrr > 0
    ) as plans_of_customers
    group by customer_id

)

select
    churned.customer_id,
    customers.customer_name,
    churned.last_churn_day as churn_day,
    cast(round(churned.churned_mrr, 2) as decimal(18, 2)) as churned_mrr,
    churned.churn_reason,
    churned.is_involuntary_churn,
    plans_held.plans as plans_held,
    churned.opening_plan as plan,
    churned.opening_country as country,
    churned.opening_company_size as company_size,
    churned.opening_csm as csm,
    customers.first_paid_day,
    {{ months_between('customers.first_paid_day', 'churned.last_churn_day') }} as months_since_first_paid,
    customers.is_paying as is_paying_again

from churned
inner join {{ ref('customers') }} as customers on churned.customer_id = customers.customer_id
left join plans_held on churned.customer_id = plans_held.customer_id
order by churned.churned_mrr desc, churned.customer_id

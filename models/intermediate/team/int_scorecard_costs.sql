with

periods as (

    select * from {{ ref('int_periods') }}

),

costs as (

    select
        period_months.period_type,
        period_months.period_start,
        cost_months.customer_id,
        sum(cost_months.amount) as amount

    from {{ ref('int_cost_months') }} as cost_months
    inner join {{ ref('int_period_months') }} as period_months on cost_months.month_start = period_months.month_start
    where cost_months.purpose = 'retention'
    group by period_months.period_type, period_months.period_start, cost_months.customer_id

),

customers as (

    select
        period_type,
        period_start,
        csm,
        opening_customers + accounts as customers

    from {{ ref('int_scorecard_customers') }}

),

wholes as (

    select
        period_type,
        period_start,
        sum(customers) as customers

    from customers
    group by period_type, period_start

),

-- what names no customer is shared by opening + closing customers
unowned as (

    select
        costs.period_type,
        costs.period_start,
        cast(costs.amount as decimal(38, 10)) as amount,
        cast(coalesce(wholes.customers, 0) as decimal(38, 10)) as whole

    from costs
    left join wholes on costs.period_type = wholes.period_type and costs.period_start = wholes.period_start
    where costs.customer_id is null

),

parts as (

    select
        costs.period_type,
        costs.period_start,
        managers.csm,
        costs.amount

    from costs
    inner join periods on costs.period_type = periods.period_type and costs.period_start = periods.period_start
    inner join {{ ref('int_customer_days') }} as managers
        on costs.customer_id = managers.customer_id and periods.opening_day = managers.state_day

    union all

    select
        unowned.period_type,
        unowned.period_start,
        customers.csm,
        {{ share_of('unowned.amount', 'cast(customers.customers as decimal(38, 10))', 'unowned.whole') }}
    from unowned
    inner join customers on unowned.period_type = customers.period_type and unowned.period_start = customers.period_start
    where unowned.whole > 0

    union all

    select period_type, period_start, '(unknown)', amount from unowned
    where whole = 0

)

select
    period_type,
    period_start,
    csm,
    cast(sum(amount) as decimal(38, 10)) as retention_cost

from parts
group by period_type, period_start, csm

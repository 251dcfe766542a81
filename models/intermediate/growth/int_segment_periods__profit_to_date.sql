with

months as (

    select * from {{ ref('int_months') }}

),

segments as (

    select * from {{ ref('int_segments') }}

),

-- what each customer brought and cost in a month, and the month in which it first paid (before the spine: the first of the spine)
customer_figures as (

    select customer_id, month_start, amount as revenue, cast(0 as decimal(38, 10)) as cogs, 0 as first_payers
    from {{ ref('int_invoice_line_months') }}
    where is_recurring

    union all

    select customer_id, month_start, cast(0 as decimal(38, 10)), amount, 0
    from {{ ref('int_cost_months') }}
    where purpose = 'cogs' and is_owned

    union all

    select
        customer_id,
        greatest({{ month_of('first_paid_day') }}, (select min(month_start) from months)),
        cast(0 as decimal(38, 10)),
        cast(0 as decimal(38, 10)),
        1
    from {{ ref('int_first_payments') }}

),

customer_months as (

    select
        customer_id,
        month_start,
        sum(revenue) as revenue,
        sum(cogs) as cogs,
        sum(first_payers) as first_payers

    from customer_figures
    group by customer_id, month_start

),

-- running sums stand still from a customer's figure to its next
to_date as (

    select
        customer_id,
        month_start as from_month,
        coalesce(lead(month_start) over (partition by customer_id order by month_start), {{ forever() }}) as to_month,
        sum(revenue) over (partition by customer_id order by month_start) as revenue,
        sum(cogs) over (partition by customer_id order by month_start) as cogs,
        sum(first_payers) over (partition by customer_id order by month_start) as paid_customers

    from customer_months

),

-- sums and sets of attributes both stand for a stretch of months: they are added before the months are counted out
stretches as (

    select
        standings.attribute_set,
        greatest(to_date.from_month, standings.from_month) as from_month,
        least(to_date.to_month, standings.to_month) as to_month,
        sum(to_date.revenue) as revenue,
        sum(to_date.cogs) as cogs,
        sum(to_date.paid_customers) as paid_customers

    from to_date
    inner join {{ ref('int_customer_standings') }} as standings
        on
            to_date.customer_id = standings.customer_id
            and to_date.from_month < standings.to_month
            and standings.from_month < to_date.to_month
    group by 1, 2, 3

),

set_sums as (

    select
        months.closing_day,
        stretches.attribute_set,
        sum(stretches.revenue) as revenue,
        sum(stretches.cogs) as cogs,
        sum(stretches.paid_customers) as paid_customers

    from stretches
    inner join months on stretches.from_month <= months.month_start and stretches.to_month > months.month_start
    group by months.closing_day, stretches.attribute_set

),

bases as (

    select
        set_sums.closing_day,
        segments.segment_name,
        {{ segment_value('attribute_sets.') }} as segment_value,
        cast(sum(set_sums.revenue) as decimal(38, 10)) as revenue,
        sum(set_sums.cogs) as cogs,
        sum(set_sums.paid_customers) as paid_customers

    from set_sums
    inner join {{ ref('int_attribute_sets') }} as attribute_sets on set_sums.attribute_set = attribute_sets.attribute_set
    cross join segments
    group by 1, 2, 3

),

month_costs as (

    select
        month_start,
        sum(amount) as amount

    from {{ ref('int_cost_months') }}
    where purpose = 'cogs' and not is_owned
    group by month_start

),

unowned as (

    select
        months.closing_day,
        cast(sum(coalesce(month_costs.amount, 0)) over (order by months.month_start) as decimal(38, 10)) as amount

    from months
    left join month_costs on months.month_start = month_costs.month_start

),

shared as (

    select
        unowned.closing_day,
        unowned.amount,
        coalesce(wholes.revenue, 0) as whole

    from unowned
    left join bases as wholes on unowned.closing_day = wholes.closing_day and wholes.segment_name = 'all'
    where unowned.amount > 0

),

cells as (

    select closing_day, segment_name, segment_value, revenue, cogs, paid_customers from bases

    union all

    select
        bases.closing_day,
        bases.segment_name,
        bases.segment_value,
        0,
        {{ share_of('shared.amount', 'bases.revenue', 'shared.whole') }},
        0
    from bases
    inner join shared on bases.closing_day = shared.closing_day
    where shared.whole <> 0

    union all

    select
        shared.closing_day,
        segments.segment_name,
        case segments.segment_name when 'all' then 'all' else '(unknown)' end,
        0,
        shared.amount,
        0
    from shared
    cross join segments
    where shared.whole = 0

)

select
    periods.period_type,
    periods.period_start,
    cells.segment_name,
    cells.segment_value,
    cast(sum(cells.revenue) as decimal(38, 10)) as revenue_to_date,
    cast(sum(cells.cogs) as decimal(38, 10)) as cogs_to_date,
    cast(sum(cells.paid_customers) as bigint) as customers_to_date

from cells
inner join {{ ref('int_periods') }} as periods on cells.closing_day = periods.closing_day
group by periods.period_type, periods.period_start, cells.segment_name, cells.segment_value

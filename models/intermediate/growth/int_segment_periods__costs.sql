with

periods as (

    select * from {{ ref('int_periods') }}

),

segments as (

    select * from {{ ref('int_segments') }}

),

costs as (

    select
        period_months.period_type,
        period_months.period_start,
        cost_months.purpose,
        cost_months.is_owned,
        cost_months.cost_channel,
        {{ segment_attributes('cost_months.') }},
        sum(cost_months.amount) as amount

    from {{ ref('int_cost_months') }} as cost_months
    inner join {{ ref('int_period_months') }} as period_months on cost_months.month_start = period_months.month_start
    group by
        period_months.period_type,
        period_months.period_start,
        cost_months.purpose,
        cost_months.is_owned,
        cost_months.cost_channel,
        {{ segment_attributes('cost_months.') }}

),

-- what the costs of nobody are shared by
bases as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        sum(revenue) as revenue,
        sum(customers) as customers

    from (
        select
            period_type,
            period_start,
            segment_name,
            segment_value,
            invoiced_recurring_revenue as revenue,
            closing_customers as customers
        from {{ ref('int_segment_periods__closing') }}
        union all
        select
            period_type,
            period_start,
            segment_name,
            segment_value,
            0,
            opening_customers
        from {{ ref('int_segment_periods__opening') }}
    ) as ends
    group by period_type, period_start, segment_name, segment_value

),

wholes as (

    select * from bases
    where segment_name = 'all'

),

unowned as (

    select
        costs.period_type,
        costs.period_start,
        costs.purpose,
        cast(sum(costs.amount) as decimal(38, 10)) as amount,
        cast(coalesce(max(case when costs.purpose = 'cogs' then wholes.revenue else wholes.customers end), 0) as decimal(38, 10)) as whole

    from costs
    left join wholes on costs.period_type = wholes.period_type and costs.period_start = wholes.period_start
    where not costs.is_owned and costs.purpose in ('cogs', 'retention')
    group by costs.period_type, costs.period_start, costs.purpose

),

parts as (

    select
        unowned.*,
        bases.segment_name,
        bases.segment_value,
        cast(case when unowned.purpose = 'cogs' then bases.revenue else bases.customers end as decimal(38, 10)) as part

    from unowned
    inner join bases on unowned.period_type = bases.period_type and unowned.period_start = bases.period_start
    where unowned.whole <> 0

),

cells as (

    select
        costs.period_type,
        costs.period_start,
        segments.segment_name,
        case costs.purpose
            when 'acquisition' then case segments.segment_name when 'all' then 'all' else costs.cost_channel end
            else {{ segment_value('costs.') }}
        end as segment_value,
        costs.purpose,
        costs.amount

    from costs
    cross join segments
    where
        (costs.purpose = 'acquisition' and segments.segment_name in ('all', 'acquisition_channel'))
        or (costs.purpose <> 'acquisition' and costs.is_owned)

    union all

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        purpose,
        {{ share_of('amount', 'part', 'whole') }}
    from parts

    union all

    select
        unowned.period_type,
        unowned.period_start,
        segments.segment_name,
        case segments.segment_name when 'all' then 'all' else '(unknown)' end,
        unowned.purpose,
        unowned.amount
    from unowned
    cross join segments
    where unowned.whole = 0

),

sums as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        sum(case when purpose = 'acquisition' then amount else 0 end) as acquisition_cost,
        sum(case when purpose = 'retention' then amount else 0 end) as retention_cost,
        sum(case when purpose = 'cogs' then amount else 0 end) as cogs,
        cast(0 as decimal(38, 10)) as previous_acquisition_cost

    from cells
    group by period_type, period_start, segment_name, segment_value

    union all

    select
        periods.period_type,
        periods.period_start,
        cells.segment_name,
        cells.segment_value,
        cast(0 as decimal(38, 10)),
        cast(0 as decimal(38, 10)),
        cast(0 as decimal(38, 10)),
        sum(cells.amount)

    from cells
    inner join periods on cells.period_type = periods.period_type and cells.period_start = periods.previous_period_start
    where cells.purpose = 'acquisition'
    group by periods.period_type, periods.period_start, cells.segment_name, cells.segment_value

)

select
    period_type,
    period_start,
    segment_name,
    segment_value,
    cast(sum(acquisition_cost) as decimal(38, 10)) as acquisition_cost,
    cast(sum(previous_acquisition_cost) as decimal(38, 10)) as previous_acquisition_cost,
    cast(sum(retention_cost) as decimal(38, 10)) as retention_cost,
    cast(sum(cogs) as decimal(38, 10)) as cogs

from sums
group by period_type, period_start, segment_name, segment_value

{%- set segment = var('segment', 'plan') -%}
{%- set last_month = "(select max(period_start) from " ~ ref('int_periods') ~ " where period_type = 'month' and is_over)" -%}
{%- set month = "cast('" ~ var('month') ~ "' as date)" if var('month', none) else last_month -%}
{%- set compared_month = "cast('" ~ var('compared_month') ~ "' as date)" if var('compared_month', none) else add_months(month, -1) -%}
with

months as (

    select {{ month }} as month_start, {{ compared_month }} as compared_month_start

),

-- what an opening customer added to, or took from, its opening MRR
opening_customers as (

    select
        customer_periods.customer_id,
        {{ "'all'" if segment == 'all' else 'customer_periods.opening_' ~ segment }} as segment_value,
        customer_periods.period_start = months.month_start as is_later,
        customer_periods.opening_mrr,
        customer_periods.closing_mrr_at_opening_rate - customer_periods.opening_mrr as change

    from {{ ref('customer_periods') }} as customer_periods
    inner join months on customer_periods.period_start in (months.month_start, months.compared_month_start)
    where customer_periods.period_type = 'month' and customer_periods.opening_mrr > 0

),

totals as (

    select
        sum(case when is_later then 0 else opening_mrr end) as opening_before,
        sum(case when is_later then opening_mrr else 0 end) as opening_later

    from opening_customers

),

changes as (

    select 1 as level_number, 'all' as level, 'all' as segment_value, 'all' as customer_id, is_later, change from opening_customers
    union all
    select 2, 'segment', segment_value, 'all', is_later, change from opening_customers
    union all
    select 3, 'customer', segment_value, customer_id, is_later, change from opening_customers

),

contributions as (

    select
        changes.level_number,
        changes.level,
        changes.segment_value,
        changes.customer_id,
        sum(case when changes.is_later then 0 else changes.change end) as change_before,
        sum(case when changes.is_later then changes.change else 0 end) as change_later,
        sum(case when changes.is_later then 0 else cast(changes.change as double precision) end)
        / nullif(cast(max(totals.opening_before) as double precision), 0) as contribution_before,
        sum(case when changes.is_later then cast(changes.change as double precision) else 0 end)
        / nullif(cast(max(totals.opening_later) as double precision), 0) as contribution_later

    from changes
    cross join totals
    group by changes.level_number, changes.level, changes.segment_value, changes.customer_id

),

ranked as (

    select
        contributions.*,
        contribution_later - contribution_before as contribution_change,
        row_number() over (
            partition by level order by abs(coalesce(contribution_later, 0) - coalesce(contribution_before, 0)) desc, segment_value, customer_id
        ) as size_rank

    from contributions

)

select
    ranked.level,
    ranked.segment_value,
    ranked.customer_id,
    customers.customer_name,
    months.compared_month_start,
    months.month_start,
    cast(round(ranked.change_before, 2) as decimal(18, 2)) as mrr_change_before,
    cast(round(ranked.change_later, 2) as decimal(18, 2)) as mrr_change,
    100 * ranked.contribution_before as points_before,
    100 * ranked.contribution_later as points,
    100 * ranked.contribution_change as points_change

from ranked
cross join months
left join {{ ref('customers') }} as customers on ranked.customer_id = customers.customer_id
where
    ranked.level <> 'customer'
    or (ranked.size_rank <= {{ var('top_customers', 20) }} and (ranked.change_before <> 0 or ranked.change_later <> 0))
order by ranked.level_number, ranked.size_rank

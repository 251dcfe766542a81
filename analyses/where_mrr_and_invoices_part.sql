{%- set period_type = var('period_type', 'month') -%}
{%- set last_period = "(select max(period_start) from " ~ ref('int_periods') ~ " where period_type = '" ~ period_type ~ "' and is_over)" -%}
{%- set period_start = "cast('" ~ var('period_start') ~ "' as date)" if var('period_start', none) else last_period -%}
with

gaps as (

    select
        customer_id,
        period_start,
        period_end,
        monthly_average_mrr,
        invoiced_recurring_revenue,
        monthly_average_mrr - invoiced_recurring_revenue as gap,
        case
            when monthly_average_mrr = 0 then 'invoiced without MRR'
            when invoiced_recurring_revenue = 0 then 'MRR without invoices'
            when monthly_average_mrr > invoiced_recurring_revenue then 'invoiced less than MRR'
            else 'invoiced more than MRR'
        end as finding

    from {{ ref('customer_periods') }}
    where
        period_type = '{{ period_type }}'
        and period_start = {{ period_start }}
        and monthly_average_mrr <> invoiced_recurring_revenue

)

select
    gaps.customer_id,
    customers.customer_name,
    gaps.period_start,
    gaps.period_end,
    gaps.finding,
    cast(round(gaps.monthly_average_mrr, 2) as decimal(18, 2)) as monthly_average_mrr,
    cast(round(gaps.invoiced_recurring_revenue, 2) as decimal(18, 2)) as invoiced_recurring_revenue,
    cast(round(gaps.gap, 2) as decimal(18, 2)) as gap,
    cast(gaps.gap as double precision) / nullif(cast(gaps.monthly_average_mrr as double precision), 0) as gap_rate

from gaps
inner join {{ ref('customers') }} as customers on gaps.customer_id = customers.customer_id
where abs(gaps.gap) >= {{ var('smallest_gap', 0.01) }}
order by abs(gaps.gap) desc, gaps.customer_id

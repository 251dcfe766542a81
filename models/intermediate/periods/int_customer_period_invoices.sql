select
    period_months.period_type,
    period_months.period_start,
    line_months.customer_id,
    cast(sum(case when line_months.is_recurring then line_months.amount else 0 end) as decimal(38, 10)) as invoiced_recurring_revenue,
    cast(sum(line_months.amount) as decimal(38, 10)) as invoiced_revenue

from {{ ref('int_invoice_line_months') }} as line_months
inner join {{ ref('int_period_months') }} as period_months on line_months.month_start = period_months.month_start
group by period_months.period_type, period_months.period_start, line_months.customer_id

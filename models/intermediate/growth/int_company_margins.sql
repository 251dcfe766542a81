select
    period_type,
    period_start,
    cast(invoiced_recurring_revenue - cogs as double precision)
    / nullif(cast(invoiced_recurring_revenue as double precision), 0) as gross_margin_rate

from {{ ref('int_segment_periods__growth') }}
where segment_name = 'all'

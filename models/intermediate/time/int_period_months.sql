select
    periods.period_type,
    periods.period_start,
    months.month_start,
    periods.closing_day

from {{ ref('int_periods') }} as periods
inner join {{ ref('int_months') }} as months
    on months.month_start >= periods.period_start and months.month_start < periods.period_end

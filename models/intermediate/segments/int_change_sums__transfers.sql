{{ summed_over_customers(['period_type', 'period_start', 'opening_set', 'closing_set'], settled_by='period') }}
-- customers paying at both ends; their money moves where an attribute changed in between
select
    period_type,
    period_start,
    opening_set,
    closing_set,
    count(*) as customer_periods,
    cast(sum(closing_mrr) as decimal(38, 10)) as closing_mrr

from {{ ref('int_customer_period_changes') }}
where opening_mrr > 0 and closing_mrr > 0 and opening_set <> closing_set
group by period_type, period_start, opening_set, closing_set

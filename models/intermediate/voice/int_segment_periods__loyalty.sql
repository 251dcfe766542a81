select
    customers.period_type,
    customers.period_start,
    segments.segment_name,
    {{ segment_value('customers.closing_') }} as segment_value,
    count(loyalty.loyalty_score) as scored_customers,
    cast(coalesce(sum(loyalty.loyalty_score), 0) as decimal(38, 10)) as loyalty_scores,
    cast(coalesce(sum(cast(loyalty.loyalty_score * loyalty.loyalty_score as decimal(38, 10))), 0) as decimal(38, 10)) as loyalty_scores_squares

from {{ ref('int_customer_periods') }} as customers
inner join {{ ref('int_periods') }} as periods
    on customers.period_type = periods.period_type and customers.period_start = periods.period_start
inner join {{ ref('int_customer_loyalty') }} as loyalty
    on customers.customer_id = loyalty.customer_id and periods.closing_day = loyalty.closing_day
cross join {{ ref('int_segments') }} as segments
where customers.closing_mrr > 0
group by 1, 2, 3, 4

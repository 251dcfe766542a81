{{ summed_over_customers(['state_day', 'attribute_set', 'mrr'], settled_by='state_day') }}
select
    state_day,
    attribute_set,
    mrr,
    count(*) as customer_periods

from {{ ref('int_customer_balances') }}
where mrr > 0
group by state_day, attribute_set, mrr

{{ summed_over_customers(['state_day', 'attribute_set'], settled_by='state_day') }}
select
    state_day,
    attribute_set,
    cast(sum(mrr) as decimal(38, 10)) as mrr,
    cast(sum(committed_mrr) as decimal(38, 10)) as committed_mrr,
    {{ count_where('is_paying') }} as paying_customers,
    {{ count_where('is_paused') }} as paused_customers,
    count(*) as customer_periods

from {{ ref('int_customer_balances') }}
group by state_day, attribute_set

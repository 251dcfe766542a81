{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence') }}
select
    balances.customer_id,
    months.closing_day as score_day,
    months.month_start,
    balances.mrr,
    first_payments.first_paid_day,
    balances.attribute_set

from {{ ref('int_customer_balances') }} as balances
inner join {{ ref('int_months') }} as months on balances.state_day = months.closing_day
inner join {{ ref('int_first_payments') }} as first_payments on balances.customer_id = first_payments.customer_id
where balances.is_paying

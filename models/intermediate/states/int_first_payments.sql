{{ made_by_customer() }}
select
    customer_id,
    min(valid_from) as first_paid_day

from {{ ref('int_customer_spans') }}
where is_paying and valid_from <= (select as_of_day from {{ ref('int_as_of') }})
group by customer_id

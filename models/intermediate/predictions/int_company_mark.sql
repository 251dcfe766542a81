-- Who paid first tells one company's data from another's, whatever came later.
with

first_payments as (

    select
        customer_id,
        first_paid_day,
        row_number() over (order by first_paid_day, {{ text_order('customer_id') }}) as payer_rank

    from {{ ref('int_first_payments') }}

)

select md5(cast(first_paid_day as varchar) || '|' || customer_id) as mark
from first_payments
where payer_rank = 1

-- Who paid first tells one company's data from another's, whatever came later; who bought first, where nobody ever subscribed.
with

firsts as (

    select
        customer_id,
        first_paid_day as first_day,
        1 as precedence

    from {{ ref('int_first_payments') }}

    union all

    select
        customer_id,
        purchase_day,
        2
    from {{ ref('int_purchases') }}

),

ranked as (

    select
        firsts.*,
        row_number() over (order by precedence, first_day, {{ text_order('customer_id') }}) as place

    from firsts

)

select md5(cast(first_day as varchar) || '|' || customer_id) as mark
from ranked
where place = 1

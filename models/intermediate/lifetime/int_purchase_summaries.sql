with

as_of as (

    select * from {{ ref('int_as_of') }}

),

purchases as (

    select * from {{ ref('int_purchases') }}

),

counted as (

    select
        customer_id,
        min(purchase_day) as first_order_day,
        max(purchase_day) as last_order_day,
        count(*) - 1 as frequency,
        {{ count_where('purchase_number > 1 and amount > 0') }} as paid_repeat_purchases,
        sum(case when purchase_number > 1 and amount > 0 then amount else 0 end) as repeat_amount

    from purchases
    group by customer_id

)

select
    counted.customer_id,
    counted.first_order_day,
    counted.last_order_day,
    cast(counted.frequency as bigint) as frequency,
    cast({{ days_between('counted.first_order_day', 'counted.last_order_day') }} as double precision) / 7 as recency_weeks,
    cast({{ days_between('counted.first_order_day', 'as_of.as_of_day') }} as double precision) / 7 as age_weeks,
    counted.paid_repeat_purchases,
    {{ rounded_quotient(scaled('counted.repeat_amount', 10), 'counted.paid_repeat_purchases') }} as mean_repeat_amount

from counted
cross join as_of

select
    users.user_id,
    users.customer_id,
    users.created_date,
    users.is_licensed

from {{ ref('stg_product__users') }} as users
inner join {{ ref('int_customers') }} as customers on users.customer_id = customers.customer_id
where
    not users.is_internal
    and not users.is_bot
    and users.created_date <= (select as_of_day from {{ ref('int_as_of') }})

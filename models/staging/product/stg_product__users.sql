with

users as (

    select * from {{ ref('base_product__users') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    users.user_id,
    coalesce(merges.into_customer_id, users.customer_id) as customer_id,
    users.created_at,
    users.created_date,
    coalesce(users.is_internal, false) as is_internal,
    coalesce(users.is_bot, false) as is_bot,
    coalesce(users.is_licensed, false) as is_licensed,
    users.deactivated_at,
    users.deactivated_date

from users
left join merges on users.customer_id = merges.from_customer_id

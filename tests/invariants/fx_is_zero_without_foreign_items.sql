with

foreign_customers as (

    select customer_id from {{ ref('int_item_pieces') }}
    where currency <> (select reporting_currency from {{ ref('int_reporting_currency') }})

)

select *
from {{ ref('mrr_movements') }}
where movement = 'fx' and customer_id not in (select customer_id from foreign_customers)

with

customer_attributes as (

    select * from {{ ref('base_billing__customer_attributes') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    customer_attributes.customer_id,
    customer_attributes.attribute,
    customer_attributes.value,
    customer_attributes.valid_from,
    customer_attributes.valid_from_date

from customer_attributes
where customer_attributes.customer_id not in (select from_customer_id from merges)

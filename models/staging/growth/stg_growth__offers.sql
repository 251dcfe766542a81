with

offers as (

    select * from {{ ref('base_growth__offers') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    offers.offer_id,
    coalesce(merges.into_customer_id, offers.customer_id) as customer_id,
    lower(offers.offer_type) as offer_type,
    offers.product_family,
    offers.presented_at,
    offers.presented_date,
    offers.responded_at,
    offers.responded_date,
    lower(offers.outcome) as outcome,
    offers.amount,
    upper(offers.currency) as currency

from offers
left join merges on offers.customer_id = merges.from_customer_id

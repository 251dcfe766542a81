with

entitlements as (

    select * from {{ ref('base_product__entitlements') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    coalesce(merges.into_customer_id, entitlements.customer_id) as customer_id,
    entitlements.feature,
    entitlements.entitled_from,
    entitlements.entitled_from_date,
    entitlements.entitled_to,
    entitlements.entitled_to_date

from entitlements
left join merges on entitlements.customer_id = merges.from_customer_id

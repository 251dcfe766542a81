{{ config(materialized='view') }}

select
    balances.customer_id,
    balances.state_day,
    balances.is_paying,
    balances.is_paused,
    balances.mrr,
    {{ segment_attributes('attribute_sets.') }}

from {{ ref('int_customer_balances') }} as balances
inner join {{ ref('int_attribute_sets') }} as attribute_sets on balances.attribute_set = attribute_sets.attribute_set

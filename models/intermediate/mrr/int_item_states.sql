{{ config(materialized='view') }}

select
    state_days.state_day,
    pieces.customer_id,
    pieces.item_version_id,
    pieces.plan_id,
    pieces.plan_name,
    pieces.product_family,
    pieces.currency,
    pieces.quantity,
    pieces.list_mrr as list_mrr_local,
    pieces.mrr as mrr_local,
    pieces.is_held,
    {{ converted('pieces.mrr', 'rates.rate') }} as mrr

from {{ ref('int_item_pieces') }} as pieces
inner join {{ ref('int_state_days') }} as state_days
    on state_days.state_day >= pieces.valid_from and state_days.state_day < pieces.valid_to
inner join {{ ref('int_state_day_rates') }} as rates
    on state_days.state_day = rates.state_day and pieces.currency = rates.currency

select
    spans.customer_id,
    state_days.state_day,
    spans.is_paying,
    spans.is_paused,
    spans.plan,
    spans.product_family,
    spans.country,
    spans.industry,
    spans.company_size,
    spans.acquisition_channel,
    spans.csm

from {{ ref('int_customer_spans') }} as spans
inner join {{ ref('int_state_days') }} as state_days
    on state_days.state_day >= spans.valid_from and state_days.state_day < spans.valid_to

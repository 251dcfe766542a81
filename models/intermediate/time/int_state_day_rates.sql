select
    state_days.state_day,
    rates.currency,
    rates.rate

from {{ ref('int_state_days') }} as state_days
inner join {{ ref('int_exchange_rate_spans') }} as rates
    on state_days.state_day >= rates.valid_from and state_days.state_day < rates.valid_to

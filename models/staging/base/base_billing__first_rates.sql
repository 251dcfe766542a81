select
    upper(currency) as currency,
    min(rate_date) as first_rate_date

from {{ ref('base_billing__exchange_rates') }}
where fate = 'staged'
group by upper(currency)

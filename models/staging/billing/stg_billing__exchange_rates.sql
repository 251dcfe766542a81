with

exchange_rates as (

    select * from {{ ref('base_billing__exchange_rates') }}
    where fate = 'staged'

)

select
    exchange_rates.rate_date,
    upper(exchange_rates.currency) as currency,
    exchange_rates.rate_to_reporting

from exchange_rates

with

reporting as (

    select * from {{ ref('int_reporting_currency') }}

),

rates as (

    select * from {{ ref('stg_billing__exchange_rates') }}
    where
        currency not in (select reporting_currency from reporting)
        and rate_date <= (select as_of_day from {{ ref('int_as_of') }})

)

select
    currency,
    rate_to_reporting as rate,
    -- the first rate counts before its day, too: an opening day may lie before the first item in its currency
    case
        when row_number() over (partition by currency order by rate_date) = 1 then cast('0001-01-01' as date)
        else rate_date
    end as valid_from,
    coalesce(lead(rate_date) over (partition by currency order by rate_date), {{ forever() }}) as valid_to

from rates

union all

select
    reporting_currency,
    cast(1 as decimal(38, 10)),
    cast('0001-01-01' as date),
    {{ forever() }}

from reporting

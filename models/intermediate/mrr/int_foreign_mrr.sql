{{ made_by_customer() }}
with

months as (

    select * from {{ ref('int_months') }}

),

rates as (

    select * from {{ ref('int_exchange_rate_spans') }}

),

pieces as (

    select * from {{ ref('int_item_pieces') }}
    where mrr > 0 and currency not in (select reporting_currency from {{ ref('int_reporting_currency') }})

),

on_days as (

    select
        pieces.customer_id,
        rates_of_day.state_day,
        sum({{ converted('pieces.mrr', 'rates_of_day.rate') }}) as mrr

    from pieces
    inner join {{ ref('int_state_day_rates') }} as rates_of_day
        on
            pieces.currency = rates_of_day.currency
            and rates_of_day.state_day >= pieces.valid_from
            and rates_of_day.state_day < pieces.valid_to
    group by pieces.customer_id, rates_of_day.state_day

),

-- days of a month on which an item and a rate stand still: MRR x rate x days
in_months as (

    select
        pieces.customer_id,
        months.closing_day as state_day,
        cast(
            sum(
                pieces.mrr * rates.rate * {{ days_between(
                    'greatest(pieces.valid_from, rates.valid_from, months.first_day)',
                    'least(pieces.valid_to, rates.valid_to, ' ~ add_days('months.closing_day', 1) ~ ')'
                ) }}
            ) as decimal(38, 10)
        ) as mrr_days

    from pieces
    inner join months
        on pieces.valid_from <= months.closing_day and pieces.valid_to > months.first_day
    inner join rates
        on
            pieces.currency = rates.currency
            and rates.valid_from < least(pieces.valid_to, {{ add_days('months.closing_day', 1) }})
            and rates.valid_to > greatest(pieces.valid_from, months.first_day)
    group by pieces.customer_id, months.closing_day

)

select
    coalesce(on_days.customer_id, in_months.customer_id) as customer_id,
    coalesce(on_days.state_day, in_months.state_day) as state_day,
    cast(coalesce(on_days.mrr, 0) as decimal(38, 10)) as mrr,
    cast(coalesce(in_months.mrr_days, 0) as decimal(38, 10)) as mrr_days

from on_days
full outer join in_months
    on on_days.customer_id = in_months.customer_id and on_days.state_day = in_months.state_day

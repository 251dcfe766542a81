{{ summed_over_customers(['cohort_month', 'state_day'], settled_by='state_day') }}
with

months as (

    select * from {{ ref('int_months') }}

),

members as (

    select
        first_payments.customer_id,
        months.month_start as cohort_month,
        months.closing_day as cohort_closing_day

    from {{ ref('int_first_payments') }} as first_payments
    inner join months
        on first_payments.first_paid_day >= months.first_day and first_payments.first_paid_day < months.month_end

),

rates as (

    select * from {{ ref('int_exchange_rate_spans') }}

),

cohort_rates as (

    select
        months.month_start as cohort_month,
        rates.currency,
        rates.rate

    from months
    inner join rates on months.closing_day >= rates.valid_from and months.closing_day < rates.valid_to

),

item_closes as (

    select
        members.cohort_month,
        state_days.state_day,
        pieces.customer_id,
        pieces.currency,
        pieces.mrr

    from {{ ref('int_item_pieces') }} as pieces
    inner join members on pieces.customer_id = members.customer_id
    inner join {{ ref('int_state_days') }} as state_days
        on
            state_days.state_day >= pieces.valid_from
            and state_days.state_day < pieces.valid_to
            and state_days.state_day >= members.cohort_closing_day
    where state_days.state_day in (select closing_day from months)

),

-- outer joins, though every currency has its rates: whatever is known of the sizes, they come last
customer_closes as (

    select
        item_closes.cohort_month,
        item_closes.state_day,
        item_closes.customer_id,
        sum({{ converted('item_closes.mrr', 'rates.rate') }}) as mrr,
        sum({{ converted('item_closes.mrr', 'cohort_rates.rate') }}) as mrr_at_cohort_rates

    from item_closes
    left join {{ ref('int_state_day_rates') }} as rates
        on item_closes.state_day = rates.state_day and item_closes.currency = rates.currency
    left join cohort_rates
        on item_closes.cohort_month = cohort_rates.cohort_month and item_closes.currency = cohort_rates.currency
    group by item_closes.cohort_month, item_closes.state_day, item_closes.customer_id

)

select
    cohort_month,
    state_day,
    {{ count_where('mrr > 0') }} as retained_customers,
    cast(sum(mrr) as decimal(38, 10)) as mrr,
    cast(sum(mrr_at_cohort_rates) as decimal(38, 10)) as mrr_at_cohort_rates,
    count(*) as customer_periods

from customer_closes
group by cohort_month, state_day

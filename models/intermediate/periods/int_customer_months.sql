with

months as (

    select * from {{ ref('int_months') }}

),

rates as (

    select * from {{ ref('int_exchange_rate_spans') }}

),

-- days of a month on which an item and a rate stand still: MRR x rate x days, exact
mrr_stretches as (

    select
        pieces.customer_id,
        months.month_start,
        pieces.mrr * rates.rate * {{ days_between(
            'greatest(pieces.valid_from, rates.valid_from, months.first_day)',
            'least(pieces.valid_to, rates.valid_to, ' ~ add_days('months.closing_day', 1) ~ ')'
        ) }} as mrr_days

    from {{ ref('int_item_pieces') }} as pieces
    inner join months
        on pieces.valid_from <= months.closing_day and pieces.valid_to > months.first_day
    inner join rates
        on
            pieces.currency = rates.currency
            and rates.valid_from < least(pieces.valid_to, {{ add_days('months.closing_day', 1) }})
            and rates.valid_to > greatest(pieces.valid_from, months.first_day)
    where pieces.mrr > 0

),

mrr_months as (

    select
        customer_id,
        month_start,
        cast(sum(mrr_days) as decimal(38, 10)) as mrr_days

    from mrr_stretches
    group by customer_id, month_start

),

invoice_months as (

    select
        customer_id,
        month_start,
        sum(case when is_recurring then amount else 0 end) as invoiced_recurring_revenue,
        sum(amount) as invoiced_revenue

    from {{ ref('int_invoice_line_months') }}
    group by customer_id, month_start

)

select
    coalesce(mrr_months.customer_id, invoice_months.customer_id) as customer_id,
    coalesce(mrr_months.month_start, invoice_months.month_start) as month_start,
    coalesce(mrr_months.mrr_days, 0) as mrr_days,
    cast(coalesce(invoice_months.invoiced_recurring_revenue, 0) as decimal(38, 10)) as invoiced_recurring_revenue,
    cast(coalesce(invoice_months.invoiced_revenue, 0) as decimal(38, 10)) as invoiced_revenue

from mrr_months
full outer join invoice_months
    on mrr_months.customer_id = invoice_months.customer_id and mrr_months.month_start = invoice_months.month_start

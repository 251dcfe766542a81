with

as_of as (

    select * from {{ ref('int_as_of') }}

),

rates as (

    select * from {{ ref('int_exchange_rate_spans') }}

),

-- draft and void invoices are nobody's revenue; a refund that lies after the as-of day has not happened
invoices as (

    select
        invoice_id,
        customer_id,
        currency,
        issued_date,
        total_excluding_tax + coalesce(tax, 0) as total,
        case
            when refunded_date > (select as_of_day from as_of) then 0
            else coalesce(amount_refunded, 0)
        end + coalesce(amount_credited, 0) as returned

    from {{ ref('stg_billing__invoices') }}
    where status in ('open', 'paid', 'uncollectible') and issued_date <= (select as_of_day from as_of)

),

lines as (

    select
        lines.invoice_line_id,
        invoices.customer_id,
        lines.kind,
        case when lines.kind = 'credit' then -abs(lines.amount) else lines.amount end as amount,
        invoices.total,
        invoices.returned,
        invoices.currency,
        invoices.issued_date,
        case when lines.period_start_date < lines.period_end_date then lines.period_start_date else invoices.issued_date end as service_start,
        case
            when lines.period_start_date < lines.period_end_date then lines.period_end_date
            else {{ add_days('invoices.issued_date', 1) }}
        end as service_end

    from {{ ref('stg_billing__invoice_lines') }} as lines
    inner join invoices on lines.invoice_id = invoices.invoice_id
    inner join {{ ref('int_customers') }} as customers on invoices.customer_id = customers.customer_id

),

net_lines as (

    select
        lines.*,
        case
            when total = 0 or returned = 0 then amount
            when total > 0 then {{ proportion('amount', 'total - returned', 'total') }}
            else {{ proportion('amount', 'returned - total', '-total') }}
        end as net_amount

    from lines

),

converted as (

    select
        net_lines.*,
        {{ converted('net_lines.net_amount', 'rates.rate') }} as reporting_amount

    from net_lines
    inner join rates
        on
            net_lines.currency = rates.currency
            and net_lines.issued_date >= rates.valid_from
            and net_lines.issued_date < rates.valid_to

)

select
    converted.invoice_line_id,
    converted.customer_id,
    months.month_start,
    converted.kind,
    converted.kind in ('recurring', 'proration', 'credit') as is_recurring,
    {{ rounded_quotient(
        '(' ~ scaled('converted.reporting_amount', 10) ~ ' * '
        ~ days_between('greatest(converted.service_start, months.first_day)', 'least(converted.service_end, ' ~ add_days('months.closing_day', 1) ~ ')')
        ~ ')',
        days_between('converted.service_start', 'converted.service_end')
    ) }} as amount

from converted
inner join {{ ref('int_months') }} as months
    on converted.service_start <= months.closing_day and converted.service_end > months.first_day

with

invoice_lines as (

    select * from {{ ref('base_billing__invoice_lines') }}
    where fate = 'staged'

)

select
    invoice_lines.invoice_line_id,
    invoice_lines.invoice_id,
    invoice_lines.subscription_id,
    invoice_lines.plan_id,
    lower(invoice_lines.kind) as kind,
    invoice_lines.quantity,
    invoice_lines.amount,
    invoice_lines.period_start,
    invoice_lines.period_start_date,
    invoice_lines.period_end,
    invoice_lines.period_end_date

from invoice_lines

with

invoices as (

    select * from {{ ref('base_billing__invoices') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    invoices.invoice_id,
    coalesce(merges.into_customer_id, invoices.customer_id) as customer_id,
    invoices.subscription_id,
    lower(invoices.status) as status,
    invoices.issued_at,
    invoices.issued_date,
    invoices.due_at,
    invoices.due_date,
    invoices.paid_at,
    invoices.paid_date,
    upper(invoices.currency) as currency,
    invoices.total_excluding_tax,
    invoices.tax,
    invoices.amount_refunded,
    invoices.amount_credited,
    invoices.refunded_at,
    invoices.refunded_date

from invoices
left join merges on invoices.customer_id = merges.from_customer_id

with

invoices as (

    select invoice_id from {{ ref('base_billing__invoices') }}
    where fate = 'staged'

),

raw_rows as not materialized (

    {{ raw_table('invoice_lines') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'invoice_lines') }}

),

judged as (

    select
        folded.*,
        case
            when period_end < period_start then 'end_before_start'
            when invoice_id not in (select invoice_id from invoices) then 'invoice_line_without_invoice'
        end as own_rule

    from folded

)

{{ judged_rows('judged', 'invoice_lines') }}

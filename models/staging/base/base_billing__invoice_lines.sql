with

invoices as (

    select invoice_id from {{ ref('base_billing__invoices') }}
    where fate = 'staged'

),

raw_rows as (

    {{ raw_table('invoice_lines', key=['invoice_line_id']) }}

),

folded as (

    {{ fold_duplicates('raw_rows') }}

),

judged as (

    select
        folded.*,
        case
            when duplicate_fate = 'folded' then null
            else coalesce(
                missing_key_rule,
                duplicate_fate,
                unparseable_rule,
                missing_rule,
                case
                    when period_end < period_start then 'end_before_start'
                    when invoice_id not in (select invoice_id from invoices) then 'invoice_line_without_invoice'
                end
            )
        end as rule

    from folded

)

select
    judged.*,
    case when duplicate_fate = 'folded' then 'folded' when rule is null then 'staged' else 'rejected' end as fate

from judged

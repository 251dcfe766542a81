select
    'usage ' || lines.invoice_line_id as item_version_id,
    lines.subscription_id,
    invoices.customer_id,
    coalesce(plans.plan_id, '(unknown)') as plan_id,
    coalesce(plans.plan_name, '(unknown)') as plan_name,
    coalesce(plans.product_family, '(unknown)') as product_family,
    invoices.currency,
    cast(1 as decimal(38, 10)) as quantity,
    lines.period_start_date as valid_from,
    lines.period_end_date as valid_to,
    -- an even day's share, as a month's
    {{ rounded_quotient(
        '(' ~ scaled('greatest(lines.amount, 0)', 10) ~ ' * ' ~ fraction(var('day_to_month'))[0] ~ ')',
        '(' ~ days_between('lines.period_start_date', 'lines.period_end_date') ~ ' * ' ~ fraction(var('day_to_month'))[1] ~ ')'
    ) }} as mrr

from {{ ref('stg_billing__invoice_lines') }} as lines
inner join {{ ref('stg_billing__invoices') }} as invoices on lines.invoice_id = invoices.invoice_id
inner join {{ ref('int_customers') }} as customers on invoices.customer_id = customers.customer_id
left join {{ ref('stg_billing__plans') }} as plans on lines.plan_id = plans.plan_id
where
    {{ var('usage_mrr') }}
    and lines.kind = 'usage'
    and lines.period_start_date < lines.period_end_date
    and invoices.status in ('open', 'paid', 'uncollectible')
    and invoices.issued_date <= (select as_of_day from {{ ref('int_as_of') }})

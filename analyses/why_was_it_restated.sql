{%- set last_build = var('build_id', none) or "(select max(build_id) from " ~ ref('metric_revisions') ~ ")" -%}
with

revisions as (

    select * from {{ ref('customer_revisions') }}
    where build_id = {{ last_build }}

),

-- the month that was asked for, or the last one that was restated
of_month as (

    select * from revisions
    where period_start = {{ "cast('" ~ var('month') ~ "' as date)" if var('month', none) else '(select max(period_start) from revisions)' }}

)

select
    of_month.period_start as month_start,
    of_month.customer_id,
    customers.customer_name,
    of_month.old_movement,
    of_month.new_movement,
    cast(round(of_month.old_opening_mrr, 2) as decimal(18, 2)) as old_opening_mrr,
    cast(round(of_month.new_opening_mrr, 2) as decimal(18, 2)) as new_opening_mrr,
    cast(round(of_month.old_closing_mrr, 2) as decimal(18, 2)) as old_closing_mrr,
    cast(round(of_month.new_closing_mrr, 2) as decimal(18, 2)) as new_closing_mrr,
    of_month.changed_columns,
    of_month.revised_at

from of_month
left join {{ ref('customers') }} as customers on of_month.customer_id = customers.customer_id
order by
    case when of_month.old_movement is distinct from of_month.new_movement then 0 else 1 end,
    abs(coalesce(of_month.new_closing_mrr, 0) - coalesce(of_month.old_closing_mrr, 0)) desc,
    of_month.customer_id

with

revisions as (

    select * from {{ ref('customer_revisions') }}
    where
        build_id = {{ var('build_id', none) or '(select max(build_id) from ' ~ ref('metric_revisions') ~ ')' }}
        {%- if var('month', none) %}
        and period_start = cast('{{ var('month') }}' as date)
        {%- endif %}

)

select
    revisions.period_start as month_start,
    revisions.customer_id,
    customers.customer_name,
    revisions.old_movement,
    revisions.new_movement,
    cast(round(revisions.old_opening_mrr, 2) as decimal(18, 2)) as old_opening_mrr,
    cast(round(revisions.new_opening_mrr, 2) as decimal(18, 2)) as new_opening_mrr,
    cast(round(revisions.old_closing_mrr, 2) as decimal(18, 2)) as old_closing_mrr,
    cast(round(revisions.new_closing_mrr, 2) as decimal(18, 2)) as new_closing_mrr,
    revisions.changed_columns,
    revisions.revised_at

from revisions
left join {{ ref('customers') }} as customers on revisions.customer_id = customers.customer_id
order by
    case when revisions.old_movement is distinct from revisions.new_movement then 0 else 1 end,
    abs(coalesce(revisions.new_closing_mrr, 0) - coalesce(revisions.old_closing_mrr, 0)) desc,
    revisions.period_start,
    revisions.customer_id

{%- set period_type = var('period_type', 'month') -%}
{%- set last_period = "(select max(period_start) from " ~ ref('int_periods') ~ " where period_type = '" ~ period_type ~ "' and is_over)" -%}
{%- set period_start = "cast('" ~ var('period_start') ~ "' as date)" if var('period_start', none) else last_period -%}
with

customer_periods as (

    select * from {{ ref('customer_periods') }}
    where period_type = '{{ period_type }}' and period_start = {{ period_start }}

),

-- transfers only move MRR between segments
movements as (

    select
        movements.*,
        case movement
            when 'new' then 2 when 'reactivation' then 3 when 'resumed' then 4 when 'expansion' then 5
            when 'contraction' then 6 when 'churn' then 7 when 'paused' then 8 else 9
        end as line_number,
        row_number() over (partition by movement order by abs(amount) desc, customer_id) as size_rank

    from {{ ref('mrr_movements') }} as movements
    where period_type = '{{ period_type }}' and period_start = {{ period_start }} and movement <> 'transfer'

),

lines as (

    select
        1 as line_number,
        0 as size_rank,
        'opening' as line,
        'all' as customer_id,
        count(case when opening_mrr > 0 then 1 end) as customers,
        coalesce(sum(opening_mrr), 0) as amount
    from customer_periods

    union all

    select
        line_number,
        0,
        movement,
        'all',
        count(*),
        sum(amount)
    from movements
    group by line_number, movement

    union all

    select
        line_number,
        size_rank,
        movement,
        customer_id,
        1,
        amount
    from movements
    where size_rank <= {{ var('top_customers', 5) }}

    union all

    select
        10,
        0,
        'closing',
        'all',
        count(case when closing_mrr > 0 then 1 end),
        coalesce(sum(closing_mrr), 0)
    from customer_periods

)

select
    lines.line,
    lines.customer_id,
    customers.customer_name,
    lines.customers,
    cast(round(lines.amount, 2) as decimal(18, 2)) as amount

from lines
left join {{ ref('customers') }} as customers on lines.customer_id = customers.customer_id
order by lines.line_number, lines.size_rank

with

components as (

    select * from {{ ref('int_mrr_components') }}

),

families as (

    select
        period_type,
        period_start,
        customer_id,
        product_family,
        least(
            sum(case when period_end_name = 'opening' then mrr else 0 end),
            sum(case when period_end_name = 'closing' then mrr_at_opening_rate else 0 end)
        ) as retained_mrr

    from {{ ref('int_item_period_ends') }}
    group by period_type, period_start, customer_id, product_family

),

retained as (

    select
        period_type,
        period_start,
        customer_id,
        sum(coalesce(retained_mrr, 0)) as retained_product_mrr

    from families
    group by period_type, period_start, customer_id

),

parts as (

    select
        period_type,
        period_start,
        customer_id,
        sum(case when amount > 0 then amount else 0 end) as gross_expansion_mrr,
        sum(case when amount < 0 then -amount else 0 end) as gross_contraction_mrr,
        sum(case when component in ('quantity', 'plan_change') and amount > 0 then amount else 0 end) as upsell_mrr,
        sum(case when component = 'cross_sell' and amount > 0 then amount else 0 end) as cross_sell_mrr,
        sum(case when component = 'list_price' and amount > 0 then amount else 0 end) as price_increase_mrr,
        sum(case when component = 'discount' and amount > 0 then amount else 0 end) as discount_expiry_mrr

    from components
    group by period_type, period_start, customer_id

)

select
    retained.period_type,
    retained.period_start,
    retained.customer_id,
    cast(retained.retained_product_mrr as decimal(38, 10)) as retained_product_mrr,
    {% for name in ('gross_expansion_mrr', 'gross_contraction_mrr', 'upsell_mrr', 'cross_sell_mrr', 'price_increase_mrr', 'discount_expiry_mrr') -%}
    cast(coalesce(parts.{{ name }}, 0) as decimal(38, 10)) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from retained
left join parts
    on
        retained.period_type = parts.period_type
        and retained.period_start = parts.period_start
        and retained.customer_id = parts.customer_id

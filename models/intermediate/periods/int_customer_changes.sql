{{ made_by_customer(settled_by='change') }}
{%- set change = "component <> 'retained'" -%}
select
    customer_id,
    opening_since,
    closing_since,
    cast(sum(case when component = 'retained' then amount else 0 end) as decimal(38, 10)) as retained_product_mrr,
    cast(sum(case when {{ change }} and amount > 0 then amount else 0 end) as decimal(38, 10)) as gross_expansion_mrr,
    cast(sum(case when {{ change }} and amount < 0 then -amount else 0 end) as decimal(38, 10)) as gross_contraction_mrr,
    cast(sum(case when component in ('quantity', 'plan_change') and amount > 0 then amount else 0 end) as decimal(38, 10)) as upsell_mrr,
    cast(sum(case when component = 'cross_sell' and amount > 0 then amount else 0 end) as decimal(38, 10)) as cross_sell_mrr,
    cast(sum(case when component = 'list_price' and amount > 0 then amount else 0 end) as decimal(38, 10)) as price_increase_mrr,
    cast(sum(case when component = 'discount' and amount > 0 then amount else 0 end) as decimal(38, 10)) as discount_expiry_mrr

from {{ ref('int_mrr_components') }}
group by customer_id, opening_since, closing_since

{{ config(materialized='view') }}
{%- set components = [
    'gross_expansion_mrr', 'gross_contraction_mrr', 'upsell_mrr', 'cross_sell_mrr', 'price_increase_mrr', 'discount_expiry_mrr'
] %}

select
    ends.*,
    cast(case when ends.movement = 'new' then ends.closing_mrr else 0 end as decimal(38, 10)) as new_mrr,
    cast(case when ends.movement = 'reactivation' then ends.closing_mrr else 0 end as decimal(38, 10)) as reactivation_mrr,
    cast(case when ends.movement = 'resumed' then ends.closing_mrr else 0 end as decimal(38, 10)) as resumed_mrr,
    cast(
        case when ends.movement = 'expansion' then ends.closing_mrr_at_opening_rate - ends.opening_mrr else 0 end as decimal(38, 10)
    ) as expansion_mrr,
    cast(
        case when ends.movement = 'contraction' then ends.opening_mrr - ends.closing_mrr_at_opening_rate else 0 end as decimal(38, 10)
    ) as contraction_mrr,
    cast(case when ends.movement = 'churn' then ends.opening_mrr else 0 end as decimal(38, 10)) as churned_mrr,
    cast(case when ends.movement = 'paused' then ends.opening_mrr else 0 end as decimal(38, 10)) as paused_mrr,
    cast(
        case when ends.opening_mrr > 0 and ends.closing_mrr > 0 then ends.closing_mrr - ends.closing_mrr_at_opening_rate else 0 end
        as decimal(38, 10)
    ) as fx_mrr,
    cast(
        case when ends.opening_mrr > 0 then least(ends.opening_mrr, ends.closing_mrr_at_opening_rate) else 0 end as decimal(38, 10)
    ) as retained_mrr,
    -- who stood still kept every product
    cast(
        case when ends.opening_mrr > 0 and ends.closing_mrr > 0 then coalesce(changes.retained_product_mrr, ends.opening_mrr) else 0 end
        as decimal(38, 10)
    ) as retained_product_mrr,
    {% for name in components -%}
    cast(coalesce(changes.{{ name }}, 0) as decimal(38, 10)) as {{ name }},
    {% endfor -%}
    case when ends.opening_mrr > 0 then ends.total_users - ends.new_users else 0 end as opening_users_of_paying,
    case when ends.closing_mrr > 0 then ends.total_users else 0 end as closing_users_of_paying

from {{ ref('int_customer_period_ends') }} as ends
left join {{ ref('int_customer_changes') }} as changes
    on
        ends.customer_id = changes.customer_id
        and ends.opening_since = changes.opening_since
        and ends.closing_since = changes.closing_since

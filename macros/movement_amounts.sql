{#
    What a customer's one movement in a period comes to, {name: amount}: each from `ends`, a row of int_customer_period_ends, and, by product, from
    `changes`, its row of int_customer_changes. Null stands for nothing, which is most of it.
#}
{% macro movement_amounts() %}
    {{ return({
        'new_mrr': "case when ends.movement = 'new' then ends.closing_mrr end",
        'reactivation_mrr': "case when ends.movement = 'reactivation' then ends.closing_mrr end",
        'resumed_mrr': "case when ends.movement = 'resumed' then ends.closing_mrr end",
        'expansion_mrr': "case when ends.movement = 'expansion' then ends.closing_mrr_at_opening_rate - ends.opening_mrr end",
        'contraction_mrr': "case when ends.movement = 'contraction' then ends.opening_mrr - ends.closing_mrr_at_opening_rate end",
        'churned_mrr': "case when ends.movement = 'churn' then ends.opening_mrr end",
        'paused_mrr': "case when ends.movement = 'paused' then ends.opening_mrr end",
        'fx_mrr': (
            'case when ends.opening_mrr > 0 and ends.closing_mrr > 0 and ends.closing_mrr <> ends.closing_mrr_at_opening_rate'
            ~ ' then ends.closing_mrr - ends.closing_mrr_at_opening_rate end'
        ),
        'retained_mrr': 'case when ends.opening_mrr > 0 then least(ends.opening_mrr, ends.closing_mrr_at_opening_rate) end',
        'retained_product_mrr':
            'case when ends.opening_mrr > 0 and ends.closing_mrr > 0 then coalesce(changes.retained_product_mrr, ends.opening_mrr) end',
        'gross_expansion_mrr': 'changes.gross_expansion_mrr',
        'gross_contraction_mrr': 'changes.gross_contraction_mrr',
        'upsell_mrr': 'changes.upsell_mrr',
        'cross_sell_mrr': 'changes.cross_sell_mrr',
        'price_increase_mrr': 'changes.price_increase_mrr',
        'discount_expiry_mrr': 'changes.discount_expiry_mrr'
    }) }}
{% endmacro %}

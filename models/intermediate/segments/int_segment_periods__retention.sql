{{ family_segment_periods({
    'int_segment_periods__opening': [
        'opening_mrr', 'expansion_mrr', 'contraction_mrr', 'churned_mrr', 'paused_mrr', 'retained_mrr', 'retained_product_mrr',
        'opening_customers', 'retained_customers', 'churned_customers', 'involuntary_churned_customers', 'paused_customers',
        'churned_from_paused_customers'
    ],
    'int_segment_periods__closing': [
        'closing_mrr', 'reactivation_mrr', 'resumed_mrr', 'closing_customers', 'new_customers', 'reactivated_customers', 'resumed_customers',
        'joined_and_left_customers', 'contracted_customers', 'served_customers'
    ],
    'int_segment_periods__churn_events': ['churn_events'],
    'int_segment_periods__renewals': [
        'pending_terms', 'due_terms', 'renewed_terms', 'due_customers', 'renewed_customers', 'due_value', 'kept_value', 'renewed_value'
    ],
    'int_segment_periods__purchases': [
        'purchasing_customers', 'repeat_customers', 'first_purchasers', 'first_purchasers_repeating'
    ]
}) }}

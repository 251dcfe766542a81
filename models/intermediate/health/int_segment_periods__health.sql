{{ family_segment_periods({
    'int_segment_periods__scores': [
        'closing_customers', 'closing_mrr', 'banded_customers', 'banded_mrr', 'scores', 'scores_squares', 'weighted_scores',
        'green_customers', 'yellow_customers', 'red_customers', 'at_risk_customers', 'at_risk_mrr',
        'predicted_customers', 'predicted_probability', 'expected_churned_mrr'
    ]
}) }}

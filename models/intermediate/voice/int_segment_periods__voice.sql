{{ family_segment_periods({
    'int_segment_periods__survey_answers': [
        'nps_answers', 'promoters', 'passives', 'detractors', 'commented_nps_answers',
        'csat_answers', 'satisfied_answers', 'csat_normalised', 'csat_normalised_squares',
        'five_point_answers', 'five_point_scores', 'five_point_scores_squares',
        'ces_answers', 'effort', 'effort_squares', 'seven_point_answers', 'easy_answers', 'ease_points', 'ease_points_squares',
        'loyalty_answers', 'loyalty_points', 'loyalty_points_squares',
        'satisfaction_answers', 'satisfaction_scores', 'expectation_answers', 'expectation_scores', 'performance_answers', 'performance_scores'
    ],
    'int_segment_periods__nps_customers': ['nps_customers', 'customer_votes', 'customer_votes_squares', 'weighted_votes', 'voting_mrr'],
    'int_segment_periods__effort_versions': ['compared_answers', 'compared_effort', 'previous_answers', 'previous_effort'],
    'int_segment_periods__texts': ['labelled_texts', 'positive_texts', 'negative_texts', 'polarity', 'polarity_squares'],
    'int_segment_periods__reviews': ['reviews', 'ratings', 'ratings_squares'],
    'int_segment_periods__survey_sends': ['delivered_surveys', 'answered_surveys'],
    'int_segment_periods__heard_customers': ['heard_customers'],
    'int_segment_periods__loyalty': ['scored_customers', 'loyalty_scores', 'loyalty_scores_squares'],
    'int_segment_periods__closing': ['closing_customers']
}) }}

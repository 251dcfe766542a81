{{ family_segment_periods({
    'int_segment_periods__usage': [
        'active_users', 'user_days', 'weekly_active_users', 'weekly_user_days', 'monthly_active_users', 'monthly_user_days', 'active_customers',
        'active_users_of_paying', 'engaged_customers', 'actions', 'logins', 'sessions', 'session_seconds'
    ],
    'int_segment_periods__user_adoption': ['decided_users', 'adopted_users'],
    'int_segment_periods__feature_use': ['entitled_pairs', 'used_pairs', 'user_pairs'],
    'int_segment_periods__funnel': ['entered_customers', 'finished_customers'],
    'int_segment_periods__journeys': ['due_journeys', 'completed_journeys'],
    'int_segment_periods__value_waits': ['started_customers', 'purchased_customers', 'valued_customers', 'days_to_value'],
    'int_segment_periods__value_targets': ['due_customers', 'successful_customers'],
    'int_segment_periods__impact': ['scored_customers', 'impact_scores'],
    'int_segment_periods__reported_value': ['reported_value'],
    'int_segment_periods__closing': ['closing_customers', 'total_users', 'new_users', 'closing_users_of_paying']
}) }}

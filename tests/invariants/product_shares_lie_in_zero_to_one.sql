select * from {{ ref('metrics') }}
where
    metric_name in (
        'recurring_active_user_rate', 'product_stickiness', 'weekly_stickiness', 'customer_engagement_rate', 'product_adoption_rate',
        'new_user_share', 'feature_adoption_rate', 'feature_adoption_rate_of_active_users', 'adoption_funnel_conversion_rate',
        'journey_completion_rate', 'customer_success_rate'
    )
    and (numerator < 0 or numerator > denominator or value not between 0 and 1)

{{ family_segment_periods({
    'int_segment_periods__opening': ['opening_customers', 'retained_customers', 'churned_customers'],
    'int_segment_periods__closing': [
        'closing_mrr', 'closing_customers', 'new_mrr', 'customers_of_class_new', 'new_customers', 'invoiced_recurring_revenue'
    ],
    'int_segment_periods__six_months_before': ['opening_customers_of_six_months', 'churned_customers_of_six_months'],
    'int_segment_periods__costs': ['acquisition_cost', 'previous_acquisition_cost', 'retention_cost', 'cogs'],
    'int_segment_periods__profit_to_date': ['revenue_to_date', 'cogs_to_date', 'customers_to_date'],
    'int_segment_periods__purchases': ['purchases', 'purchase_amount', 'purchasing_customers'],
    'int_segment_periods__referrals': ['referring_customers', 'referred_new_customers'],
    'int_segment_periods__trials': [
        'decided_trials', 'trials_converted_in_grace', 'trials_converted_in_trial', 'trials_converted_ever', 'conversions', 'ended_trials'
    ],
    'int_segment_periods__offers': [
        'decided_offers', 'accepted_offers', 'decided_upsell_offers', 'accepted_upsell_offers', 'decided_cross_sell_offers',
        'accepted_cross_sell_offers', 'customers_with_decided_offers', 'customers_who_accepted'
    ]
}) }}

{{ family_segment_periods({
    'int_segment_periods__support_tickets': [
        'created_tickets', 'answered_tickets', 'first_response_seconds', 'first_response_business_seconds', 'due_tickets',
        'resolved_in_window', 'due_first_contacts_of_all', 'first_contacts_of_all'
    ],
    'int_segment_periods__support_replies': ['replies', 'response_seconds'],
    'int_segment_periods__support_resolutions': [
        'resolved_tickets', 'resolution_seconds', 'resolution_business_seconds', 'messages', 'first_resolved_tickets',
        'first_resolution_seconds', 'one_touch_tickets', 'due_first_contacts', 'first_contacts'
    ],
    'int_segment_periods__support_calls': [
        'calls', 'answered_calls', 'abandoned_calls', 'answered_within_calls', 'abandoned_after_calls', 'calls_with_outcome',
        'calls_resolved_at_once', 'answered_wait_seconds', 'handle_seconds'
    ],
    'int_segment_periods__closing': ['closing_customers']
}) }}

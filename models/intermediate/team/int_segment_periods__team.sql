{{ family_segment_periods({'int_segment_periods__csms': ['accounts', 'accounts_mrr', 'fte', 'touches']}) }}

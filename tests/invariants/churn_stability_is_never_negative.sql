select * from {{ ref('churn_feature_stability') }}
where
    stability_index is null
    or stability_index < -1e-12
    or missing_share not between 0 and 1
    or training_missing_share not between 0 and 1.000000000001

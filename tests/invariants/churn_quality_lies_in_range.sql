select * from {{ ref('churn_prediction_quality') }}
where
    auc not between 0 and 1
    or brier not between 0 and 1
    or brier_skill > 1
    or log_loss < 0
    or top_decile_lift not between 0 and 1.000000000001 / nullif(churned_share, 0)
    or top_decile_churned_mrr_share not between 0 and 1.000000000001
    -- nothing to tell apart, and only then
    or (auc is null) <> (churned = 0 or churned = snapshots)
    or (brier_skill is null) <> (auc is null)
    or (top_decile_lift is null) <> (auc is null)
    or (top_decile_churned_mrr_share is null) <> (auc is null)

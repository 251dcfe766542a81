select *
from {{ ref('mrr_movements') }}
where
    amount = 0
    or (movement in ('new', 'reactivation', 'resumed', 'expansion') and amount < 0)
    or (movement in ('contraction', 'churn', 'paused') and amount > 0)

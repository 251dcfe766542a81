with

-- every metric file of the family stands here once: amounts, counts and ratios
figures as (

    select * from {{ ref('customer_health_index') }}
    union all
    select * from {{ ref('healthy_customer_share') }}
    union all
    select * from {{ ref('at_risk_customers') }}
    union all
    select * from {{ ref('mrr_at_risk') }}
    union all
    select * from {{ ref('mrr_at_risk_rate') }}
    union all
    select * from {{ ref('predicted_churn_rate') }}

),

-- means with limits, which need the squares
estimates as (

    select * from {{ ref('customer_health_score') }}

)

{{ metric_cells(['figures', 'estimates']) }}

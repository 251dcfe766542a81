with

-- every metric file of the family stands here once: amounts, counts and ratios ...
figures as (

    select * from {{ ref('net_revenue_retention') }}
    union all
    select * from {{ ref('gross_revenue_retention') }}
    union all
    select * from {{ ref('gross_revenue_churn_rate') }}
    union all
    select * from {{ ref('net_revenue_churn_rate') }}
    union all
    select * from {{ ref('customer_churn_rate') }}
    union all
    select * from {{ ref('customer_shrinkage_rate') }}
    union all
    select * from {{ ref('voluntary_churn_rate') }}
    union all
    select * from {{ ref('involuntary_churn_rate') }}
    union all
    select * from {{ ref('customer_retention_rate') }}
    union all
    select * from {{ ref('renewal_rate') }}
    union all
    select * from {{ ref('repeat_purchase_ratio') }}
    union all
    select * from {{ ref('paying_customers') }}
    union all
    select * from {{ ref('opening_customers') }}
    union all
    select * from {{ ref('new_customers') }}
    union all
    select * from {{ ref('reactivated_customers') }}
    union all
    select * from {{ ref('churned_customers') }}
    union all
    select * from {{ ref('churn_events') }}
    union all
    select * from {{ ref('paused_customers') }}
    union all
    select * from {{ ref('resumed_customers') }}
    union all
    select * from {{ ref('joined_and_left_customers') }}
    union all
    select * from {{ ref('churned_from_paused_customers') }}
    union all
    select * from {{ ref('contracted_customers') }}
    union all
    select * from {{ ref('renewals_pending') }}

),

-- ... and figures that are no quotient of sums
statistics as (

    select * from {{ ref('customer_churn_rate_daily') }}
    union all
    select * from {{ ref('customer_churn_rate_annualised') }}

)

{{ metric_cells(['figures', 'statistics']) }}

with

-- every metric file of the family stands here once: amounts, counts and ratios ...
figures as (

    select * from {{ ref('net_promoter_score_weighted_by_mrr') }}
    union all
    select * from {{ ref('promoter_share') }}
    union all
    select * from {{ ref('nps_comment_share') }}
    union all
    select * from {{ ref('customer_satisfaction_score') }}
    union all
    select * from {{ ref('customer_effort_score_positive_share') }}
    union all
    select * from {{ ref('feedback_coverage_rate') }}
    union all
    select * from {{ ref('survey_response_rate') }}

),

-- ... means with an interval ...
estimates as (

    select * from {{ ref('net_promoter_score') }}
    union all
    select * from {{ ref('customer_satisfaction_mean') }}
    union all
    select * from {{ ref('customer_effort_score') }}
    union all
    select * from {{ ref('customer_loyalty_score') }}
    union all
    select * from {{ ref('customer_loyalty_index') }}
    union all
    select * from {{ ref('net_sentiment') }}
    union all
    select * from {{ ref('review_rating') }}

),

-- ... and figures that are no quotient of sums
statistics as (

    select * from {{ ref('customer_effort_trend') }}
    union all
    select * from {{ ref('customer_satisfaction_index') }}
    union all
    select * from {{ ref('customer_satisfaction_index_acsi') }}

)

{{ metric_cells(['figures', 'estimates', 'statistics']) }}

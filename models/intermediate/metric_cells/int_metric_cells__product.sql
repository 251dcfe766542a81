with

-- every metric file of the family stands here once: amounts, counts and ratios ...
figures as (

    select * from {{ ref('daily_active_users') }}
    union all
    select * from {{ ref('active_users') }}
    union all
    select * from {{ ref('recurring_active_user_rate') }}
    union all
    select * from {{ ref('product_stickiness') }}
    union all
    select * from {{ ref('customer_engagement_rate') }}
    union all
    select * from {{ ref('actions_per_active_user') }}
    union all
    select * from {{ ref('login_frequency') }}
    union all
    select * from {{ ref('average_session_duration') }}
    union all
    select * from {{ ref('average_time_on_platform') }}
    union all
    select * from {{ ref('product_adoption_rate') }}
    union all
    select * from {{ ref('feature_adoption_rate') }}
    union all
    select * from {{ ref('adoption_funnel_conversion_rate') }}
    union all
    select * from {{ ref('journey_completion_rate') }}
    union all
    select * from {{ ref('time_to_value_mean') }}
    union all
    select * from {{ ref('customer_success_rate') }}
    union all
    select * from {{ ref('customer_impact_score') }}
    union all
    select * from {{ ref('customer_reported_value') }}

),

-- ... and figures that are no quotient of sums
statistics as (

    select * from {{ ref('median_session_duration') }}
    union all
    select * from {{ ref('median_days_to_adoption') }}
    union all
    select * from {{ ref('time_to_value') }}

)

{{ metric_cells(['figures', 'statistics']) }}

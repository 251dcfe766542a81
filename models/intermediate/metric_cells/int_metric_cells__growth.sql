with

-- every metric file of the family stands here once: amounts, counts and ratios ...
figures as (

    select * from {{ ref('customer_acquisition_cost') }}
    union all
    select * from {{ ref('gross_margin_rate') }}
    union all
    select * from {{ ref('historic_customer_lifetime_value') }}
    union all
    select * from {{ ref('customer_retention_cost') }}
    union all
    select * from {{ ref('purchase_frequency') }}
    union all
    select * from {{ ref('average_purchase_value') }}
    union all
    select * from {{ ref('referral_rate') }}
    union all
    select * from {{ ref('referred_new_customers') }}
    union all
    select * from {{ ref('trial_conversion_rate') }}
    union all
    select * from {{ ref('offer_conversion_rate') }}

),

-- ... and figures that are no quotient of sums
statistics as (

    select * from {{ ref('cac_payback_months') }}
    union all
    select * from {{ ref('customer_lifetime_value') }}
    union all
    select * from {{ ref('customer_lifetime_value_purchases') }}
    union all
    select * from {{ ref('customer_lifespan_months') }}
    union all
    select * from {{ ref('customer_lifespan_months_survival') }}
    union all
    select * from {{ ref('clv_to_cac_ratio') }}
    union all
    select * from {{ ref('predicted_customer_lifetime_value') }}

)

{{ metric_cells(['figures', 'statistics']) }}

with

bands as (

    select
        score_day,
        profile,
        sum(customers) as customers,
        sum(churned) as churned

    from {{ ref('health_band_churn') }}
    group by score_day, profile

)

select
    validity.score_day,
    validity.profile,
    validity.customers,
    bands.customers as customers_of_bands

from {{ ref('health_validity') }} as validity
full outer join bands on validity.score_day = bands.score_day and validity.profile = bands.profile
where
    validity.customers is distinct from bands.customers
    or validity.churned is distinct from bands.churned
    or validity.auc < 0
    or validity.auc > 1

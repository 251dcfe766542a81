with

months as (

    select * from {{ ref('int_months') }}

),

entitlements as (

    select
        customer_id,
        feature,
        entitled_from_date,
        coalesce(entitled_to_date, {{ forever() }}) as entitled_to_date

    from {{ ref('stg_product__entitlements') }}
    where entitled_from_date < coalesce(entitled_to_date, {{ forever() }})

),

entitled as (

    select distinct
        entitlements.customer_id,
        entitlements.feature,
        months.month_start

    from entitlements
    inner join months
        on entitlements.entitled_from_date <= months.closing_day and entitlements.entitled_to_date > months.first_day

),

feature_days as (

    select distinct
        customer_id,
        feature,
        used_day

    from {{ ref('int_user_feature_days') }}

),

-- used on a day on which the customer was entitled
used as (

    select distinct
        feature_days.customer_id,
        feature_days.feature,
        months.month_start

    from feature_days
    inner join entitlements
        on
            feature_days.customer_id = entitlements.customer_id
            and feature_days.feature = entitlements.feature
            and feature_days.used_day >= entitlements.entitled_from_date
            and feature_days.used_day < entitlements.entitled_to_date
    inner join months
        on {{ month_of('feature_days.used_day') }} = months.month_start and feature_days.used_day >= months.first_day

)

select
    entitled.customer_id,
    entitled.feature,
    entitled.month_start,
    used.customer_id is not null as is_used

from entitled
left join used
    on
        entitled.customer_id = used.customer_id
        and entitled.feature = used.feature
        and entitled.month_start = used.month_start

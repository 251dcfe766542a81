with

released as (

    select * from {{ ref('stg_product__features') }}

),

used as (

    select
        feature,
        min(used_day) as first_used_day

    from {{ ref('int_user_feature_days') }}
    group by feature

)

select
    coalesce(released.feature, used.feature) as feature,
    used.first_used_day,
    -- without a list of features, those that anybody has used are there
    case when exists (select 1 from {{ ref('stg_product__features') }}) then released.released_date else used.first_used_day end as available_day

from released
full outer join used on released.feature = used.feature

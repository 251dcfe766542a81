with

periods as (

    select * from {{ ref('int_periods') }}

),

period_months as (

    select * from {{ ref('int_period_months') }}

),

user_feature_months as (

    select distinct
        feature_days.user_id,
        feature_days.customer_id,
        feature_days.feature,
        months.month_start

    from {{ ref('int_user_feature_days') }} as feature_days
    inner join {{ ref('int_months') }} as months
        on {{ month_of('feature_days.used_day') }} = months.month_start and feature_days.used_day >= months.first_day

),

user_feature_periods as (

    select distinct
        period_months.period_type,
        period_months.period_start,
        feature_months.user_id,
        feature_months.customer_id,
        feature_months.feature

    from user_feature_months as feature_months
    inner join period_months on feature_months.month_start = period_months.month_start

),

-- who used a feature in a period; of them, who was active in it
used as (

    select
        feature_periods.period_type,
        feature_periods.period_start,
        feature_periods.customer_id,
        feature_periods.feature,
        {{ count_where('user_periods.active_days > 0') }} as active_users

    from user_feature_periods as feature_periods
    inner join {{ ref('int_user_periods') }} as user_periods
        on
            feature_periods.period_type = user_periods.period_type
            and feature_periods.period_start = user_periods.period_start
            and feature_periods.user_id = user_periods.user_id
    group by feature_periods.period_type, feature_periods.period_start, feature_periods.customer_id, feature_periods.feature

),

entitled as (

    select
        period_months.period_type,
        period_months.period_start,
        entitled_months.customer_id,
        entitled_months.feature,
        {{ any_true('entitled_months.is_used') }} as is_used

    from {{ ref('int_entitled_feature_months') }} as entitled_months
    inner join period_months on entitled_months.month_start = period_months.month_start
    group by period_months.period_type, period_months.period_start, entitled_months.customer_id, entitled_months.feature

    union all

    -- no entitlements at all: whoever pays at the close may use whatever there is by then
    select
        periods.period_type,
        periods.period_start,
        days.customer_id,
        features.feature,
        used.feature is not null

    from periods
    inner join {{ ref('int_customer_days') }} as days on periods.closing_day = days.state_day and days.is_paying
    inner join {{ ref('int_features') }} as features on periods.closing_day >= features.available_day
    left join used
        on
            periods.period_type = used.period_type
            and periods.period_start = used.period_start
            and days.customer_id = used.customer_id
            and features.feature = used.feature
    where not exists (select 1 from {{ ref('stg_product__entitlements') }})

)

select
    coalesce(entitled.period_type, used.period_type) as period_type,
    coalesce(entitled.period_start, used.period_start) as period_start,
    coalesce(entitled.customer_id, used.customer_id) as customer_id,
    coalesce(entitled.feature, used.feature) as feature,
    entitled.feature is not null as is_entitled,
    coalesce(entitled.is_used, false) as is_used,
    coalesce(used.active_users, 0) as active_users

from entitled
full outer join used
    on
        entitled.period_type = used.period_type
        and entitled.period_start = used.period_start
        and entitled.customer_id = used.customer_id
        and entitled.feature = used.feature

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

followed_months as (

    select
        user_feature_months.*,
        lead(month_start) over (partition by user_id, customer_id, feature order by month_start) as next_month

    from user_feature_months

),

-- each use once in a period: that of its last month there
user_feature_periods as (

    select
        period_months.period_type,
        period_months.period_start,
        months.user_id,
        months.customer_id,
        months.feature

    from followed_months as months
    inner join period_months
        on
            months.month_start = period_months.month_start
            and coalesce(months.next_month > period_months.closing_day, true)

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

entitled_months as (

    select
        customer_id,
        feature,
        month_start,
        lead(month_start) over (partition by customer_id, feature order by month_start) as next_month,
        max(case when is_used then month_start end) over (
            partition by customer_id, feature order by month_start rows between unbounded preceding and current row
        ) as last_used_month

    from {{ ref('int_entitled_feature_months') }}

),

-- each entitlement once in a period, too
entitled as (

    select
        period_months.period_type,
        period_months.period_start,
        months.customer_id,
        months.feature,
        coalesce(months.last_used_month >= period_months.period_start, false) as is_used

    from entitled_months as months
    inner join period_months
        on
            months.month_start = period_months.month_start
            and coalesce(months.next_month > period_months.closing_day, true)

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

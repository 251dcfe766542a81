with

periods as (

    select * from {{ ref('int_periods') }}

),

product as (

    select * from {{ ref('int_segment_periods__product') }}

),

features as (

    select * from {{ ref('int_features') }}
    where first_used_day is not null

),

feature_use as (

    select
        features.period_type,
        features.period_start,
        features.feature,
        {{ count_where('features.is_entitled') }} as entitled_pairs,
        {{ count_where('features.is_used') }} as used_pairs,
        cast(sum(features.active_users) as bigint) as user_pairs

    from {{ ref('int_customer_period_features') }} as features
    inner join {{ ref('int_customers') }} as customers on features.customer_id = customers.customer_id
    group by features.period_type, features.period_start, features.feature

),

-- what anybody has used by the close
features_in_use as (

    select
        periods.period_type,
        periods.period_start,
        count(features.feature) as features

    from periods
    left join features on periods.closing_day >= features.first_used_day
    group by periods.period_type, periods.period_start

),

everybody as (

    select
        period_type,
        period_start,
        active_users

    from product
    where segment_name = 'all'

),

feature_cells as (

    select
        period_type,
        period_start,
        feature

    from feature_use
    where entitled_pairs > 0 or user_pairs > 0

    union

    select
        periods.period_type,
        periods.period_start,
        features.feature

    from periods
    inner join features on periods.closing_day >= features.first_used_day
    inner join everybody
        on periods.period_type = everybody.period_type and periods.period_start = everybody.period_start and everybody.active_users > 0

)

select
    product.period_type,
    product.period_start,
    product.segment_name,
    product.segment_value,
    product.entitled_pairs,
    product.used_pairs,
    product.user_pairs,
    product.active_users * features_in_use.features as possible_user_pairs

from product
inner join features_in_use
    on product.period_type = features_in_use.period_type and product.period_start = features_in_use.period_start

union all

select
    feature_cells.period_type,
    feature_cells.period_start,
    'feature',
    feature_cells.feature,
    coalesce(feature_use.entitled_pairs, 0),
    coalesce(feature_use.used_pairs, 0),
    coalesce(feature_use.user_pairs, 0),
    everybody.active_users

from feature_cells
inner join everybody
    on feature_cells.period_type = everybody.period_type and feature_cells.period_start = everybody.period_start
left join feature_use
    on
        feature_cells.period_type = feature_use.period_type
        and feature_cells.period_start = feature_use.period_start
        and feature_cells.feature = feature_use.feature

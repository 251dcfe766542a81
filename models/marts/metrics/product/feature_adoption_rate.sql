with

segment_periods as (

    select * from {{ ref('int_segment_periods__features') }}

),

users as (

    select * from {{ ref('stg_product__users') }}

),

usage_events as (

    select * from {{ ref('stg_product__usage_events') }}

),

feature_adoption_rate as (

    select
        'feature_adoption_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(used_pairs as decimal(38, 10)) as numerator,
        cast(entitled_pairs as decimal(38, 10)) as denominator

    from segment_periods
    where
        exists (select 1 from users)
        and exists (select 1 from usage_events)

),

feature_adoption_rate_of_active_users as (

    select
        'feature_adoption_rate_of_active_users' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(user_pairs as decimal(38, 10)) as numerator,
        cast(possible_user_pairs as decimal(38, 10)) as denominator

    from segment_periods
    where
        exists (select 1 from users)
        and exists (select 1 from usage_events)

)

select * from feature_adoption_rate
union all
select * from feature_adoption_rate_of_active_users

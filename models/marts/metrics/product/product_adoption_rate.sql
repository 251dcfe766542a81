with

segment_periods as (

    select * from {{ ref('int_segment_periods__product') }}

),

users as (

    select * from {{ ref('stg_product__users') }}

),

usage_events as (

    select * from {{ ref('stg_product__usage_events') }}

),

product_adoption_rate as (

    select
        'product_adoption_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(adopted_users as decimal(38, 10)) as numerator,
        cast(decided_users as decimal(38, 10)) as denominator

    from segment_periods
    where
        exists (select 1 from users)
        and exists (select 1 from usage_events)

),

new_user_share as (

    select
        'new_user_share' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(new_users as decimal(38, 10)) as numerator,
        cast(total_users as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from users)

)

select * from product_adoption_rate
union all
select * from new_user_share

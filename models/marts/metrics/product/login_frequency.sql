with

segment_periods as (

    select * from {{ ref('int_segment_periods__product') }}

),

login_days as (

    select * from {{ ref('int_user_days') }}
    where has_login

),

login_frequency as (

    select
        'login_frequency' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(7 * logins as decimal(38, 10)) as numerator,
        cast(active_users * days as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from login_days)

)

select * from login_frequency

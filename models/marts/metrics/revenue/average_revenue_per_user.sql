with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

users as (

    select * from {{ ref('stg_product__users') }}

),

invoice_lines as (

    select * from {{ ref('stg_billing__invoice_lines') }}

),

average_revenue_per_user as (

    select
        'average_revenue_per_user' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(closing_mrr as decimal(38, 10)) as numerator,
        cast(revenue_users as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from users)

),

average_revenue_per_average_user as (

    select
        'average_revenue_per_average_user' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(invoiced_recurring_revenue as decimal(38, 10)) as numerator,
        cast(0.5 * (opening_users_of_paying + closing_users_of_paying) as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from users) and exists (select 1 from invoice_lines)

),

average_revenue_per_total_user as (

    select
        'average_revenue_per_total_user' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(invoiced_revenue as decimal(38, 10)) as numerator,
        cast(total_users as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from users) and exists (select 1 from invoice_lines)

)

select * from average_revenue_per_user
union all
select * from average_revenue_per_average_user
union all
select * from average_revenue_per_total_user

with

segment_periods as (

    select * from {{ ref('int_segment_periods__health') }}

),

healthy_customer_share as (

    select
        'healthy_customer_share' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(green_customers as decimal(38, 10)) as numerator,
        cast(banded_customers as decimal(38, 10)) as denominator

    from segment_periods

)

select * from healthy_customer_share

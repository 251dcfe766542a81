with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

average_selling_price as (

    select
        'average_selling_price' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(new_mrr as decimal(38, 10)) as numerator,
        cast(customers_of_class_new as decimal(38, 10)) as denominator

    from segment_periods

)

select * from average_selling_price

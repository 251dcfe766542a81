with

segment_periods as (

    select * from {{ ref('int_segment_periods__voice') }}

),

feedback as (

    select * from {{ ref('stg_voice__feedback') }}

),

review_rating as (

    select
        'review_rating' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(ratings as decimal(38, 10)) as numerator,
        cast(reviews as decimal(38, 10)) as denominator,
        cast(ratings_squares as decimal(38, 20)) as sum_of_squares

    from segment_periods
    where exists (select 1 from feedback)

)

select * from review_rating

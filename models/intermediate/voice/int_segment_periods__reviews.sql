with

-- a review is read once: the months add up to longer periods, and the eight segments are cut from the small result
attribute_months as (

    select
        months.month_start,
        {{ segment_attributes('reviews.') }},
        count(*) as reviews,
        sum(reviews.normalised_rating) as ratings,
        sum(cast(reviews.normalised_rating * reviews.normalised_rating as decimal(38, 20))) as ratings_squares

    from {{ ref('int_reviews') }} as reviews
    inner join {{ ref('int_months') }} as months
        on {{ month_of('reviews.review_day') }} = months.month_start and reviews.review_day >= months.first_day
    group by months.month_start, {{ segment_attributes('reviews.') }}

)

select
    period_months.period_type,
    period_months.period_start,
    segments.segment_name,
    {{ segment_value('attribute_months.') }} as segment_value,
    cast(sum(attribute_months.reviews) as bigint) as reviews,
    cast(sum(attribute_months.ratings) as decimal(38, 10)) as ratings,
    cast(sum(attribute_months.ratings_squares) as decimal(38, 20)) as ratings_squares

from attribute_months
inner join {{ ref('int_period_months') }} as period_months on attribute_months.month_start = period_months.month_start
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4

select
    periods.period_type,
    periods.period_start,
    segments.segment_name,
    {{ segment_value('reviews.') }} as segment_value,
    count(*) as reviews,
    cast(sum(reviews.normalised_rating) as decimal(38, 10)) as ratings,
    cast(sum(cast(reviews.normalised_rating * reviews.normalised_rating as decimal(38, 10))) as decimal(38, 10)) as ratings_squares

from {{ ref('int_reviews') }} as reviews
inner join {{ ref('int_period_months') }} as period_months on {{ month_of('reviews.review_day') }} = period_months.month_start
inner join {{ ref('int_periods') }} as periods
    on
        period_months.period_type = periods.period_type
        and period_months.period_start = periods.period_start
        and reviews.review_day >= periods.first_day
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4

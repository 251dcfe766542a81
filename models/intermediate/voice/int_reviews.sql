with

reviews as (

    select
        feedback.feedback_id,
        feedback.customer_id,
        feedback.received_date as review_day,
        feedback.rating,
        coalesce(feedback.rating_min, 1) as rating_min,
        coalesce(feedback.rating_max, 5) as rating_max

    from {{ ref('stg_voice__feedback') }} as feedback
    where
        feedback.channel = 'review'
        and feedback.rating is not null
        and feedback.received_date <= (select as_of_day from {{ ref('int_as_of') }})

)

select
    reviews.feedback_id,
    reviews.customer_id,
    reviews.review_day,
    {{ proportion('cast(100 as decimal(38, 10))', '(reviews.rating - reviews.rating_min)', '(reviews.rating_max - reviews.rating_min)') }}
        as normalised_rating,
    {% for name in ['plan', 'product_family', 'country', 'industry', 'company_size', 'acquisition_channel', 'csm'] -%}
    coalesce(spans.{{ name }}, '(unknown)') as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from reviews
left join {{ ref('int_customer_spans') }} as spans
    on reviews.customer_id = spans.customer_id and reviews.review_day >= spans.valid_from and reviews.review_day < spans.valid_to
where reviews.customer_id is null or spans.customer_id is not null

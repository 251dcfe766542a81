with

feedback as (

    select * from {{ ref('base_voice__feedback') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    feedback.feedback_id,
    coalesce(merges.into_customer_id, feedback.customer_id) as customer_id,
    lower(feedback.channel) as channel,
    feedback.rating,
    feedback.rating_min,
    feedback.rating_max,
    feedback.text,
    lower(feedback.sentiment_label) as sentiment_label,
    feedback.theme,
    feedback.received_at,
    feedback.received_date

from feedback
left join merges on feedback.customer_id = merges.from_customer_id

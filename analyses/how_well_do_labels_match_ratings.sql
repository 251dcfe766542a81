with

reviews as (

    select
        texts.language,
        texts.computed_polarity,
        (feedback.rating - coalesce(feedback.rating_min, 1)) / (coalesce(feedback.rating_max, 5) - coalesce(feedback.rating_min, 1)) as rating

    from {{ ref('int_texts') }} as texts
    inner join {{ ref('stg_voice__feedback') }} as feedback on texts.text_id = 'feedback:' || feedback.feedback_id
    where feedback.rating is not null and texts.text is not null

),

labelled as (

    select
        case when rating > 0.625 then 'positive' when rating < 0.375 then 'negative' else 'neutral' end as rating_says,
        case
            when computed_polarity >= {{ var('sentiment_threshold') }} then 'positive'
            when computed_polarity <= -{{ var('sentiment_threshold') }} then 'negative'
            when computed_polarity is not null then 'neutral'
            else 'unscored'
        end as text_says

    from reviews

)

select
    rating_says,
    count(*) as reviews,
    {{ count_where("text_says = 'positive'") }} as text_positive,
    {{ count_where("text_says = 'neutral'") }} as text_neutral,
    {{ count_where("text_says = 'negative'") }} as text_negative,
    {{ count_where("text_says = 'unscored'") }} as text_unscored,
    round(
        100.0 * {{ count_where('text_says = rating_says') }} / nullif({{ count_where("text_says <> 'unscored'") }}, 0), 1
    ) as right_of_scored_percent

from labelled
group by rating_says
order by case rating_says when 'positive' then 1 when 'neutral' then 2 else 3 end

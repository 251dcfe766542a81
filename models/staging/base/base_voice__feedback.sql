with

raw_rows as not materialized (

    {{ raw_table('feedback') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'feedback') }}

),

judged as (

    select
        folded.*,
        case
            when lower(channel) not in ('review', 'interview', 'focus_group', 'social', 'testimonial', 'other') then 'unknown_channel'
            when coalesce(rating_min, 1) >= coalesce(rating_max, 5) then 'rating_off_scale'
            when rating < coalesce(rating_min, 1) or rating > coalesce(rating_max, 5) then 'rating_off_scale'
            when lower(sentiment_label) not in ('positive', 'neutral', 'negative') then 'unknown_label'
        end as own_rule

    from folded

)

{{ judged_rows('judged', 'feedback') }}

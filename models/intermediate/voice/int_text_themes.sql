with

texts as (

    select
        text_id,
        source_theme,
        ' ' || {{ words_of('text') }} || ' ' as words

    from {{ ref('int_texts') }}

),

themes as (

    select
        texts.text_id,
        phrases.theme

    from texts
    inner join {{ ref('theme_phrases') }} as phrases on position(' ' || phrases.phrase || ' ' in texts.words) > 0

    union

    select
        text_id,
        source_theme

    from texts
    where source_theme is not null

)

select * from themes

with

texts as (

    select * from {{ ref('int_texts') }}

),

themes as (

    select
        text_id,
        {{ dbt.listagg('theme', "', '", 'order by ' ~ text_order('theme')) }} as themes

    from {{ ref('int_text_themes') }}
    group by text_id

),

outcomes as (

    select * from {{ ref('int_text_outcomes') }}

)

select
    cast(texts.text_id as {{ dbt.type_string() }}) as text_id,
    cast(texts.channel as {{ dbt.type_string() }}) as channel,
    cast(texts.customer_id as {{ dbt.type_string() }}) as customer_id,
    texts.said_at,
    texts.text_day as said_date,
    cast(texts.text as {{ dbt.type_string() }}) as text,
    cast(texts.language as {{ dbt.type_string() }}) as language,
    cast(texts.polarity as double precision) as polarity,
    cast(coalesce(texts.sentiment_label, 'unscored') as {{ dbt.type_string() }}) as sentiment_label,
    texts.is_source_label,
    cast(themes.themes as {{ dbt.type_string() }}) as themes,
    cast(texts.plan as {{ dbt.type_string() }}) as plan,
    cast(texts.country as {{ dbt.type_string() }}) as country,
    cast(texts.csm as {{ dbt.type_string() }}) as csm,
    case when not outcomes.is_pending then outcomes.is_followed_by_churn end as is_followed_by_churn

from texts
left join themes on texts.text_id = themes.text_id
left join outcomes on texts.text_id = outcomes.text_id

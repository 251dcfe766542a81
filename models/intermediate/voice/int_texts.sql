{%- set attributes = ['plan', 'product_family', 'country', 'industry', 'company_size', 'acquisition_channel', 'csm'] -%}
with

said as (

    select * from {{ ref('int_said') }}

),

scores as (

    select * from {{ ref('int_text_scores') }}

),

spans as (

    select * from {{ ref('int_customer_spans') }}

)

select
    said.text_id,
    said.channel,
    said.customer_id,
    said.text,
    said.said_at,
    said.text_day,
    said.source_theme,
    said.source_label is not null as is_source_label,
    scores.language,
    scores.polarity as computed_polarity,
    case said.source_label when 'positive' then 1 when 'neutral' then 0 when 'negative' then -1 else scores.polarity end as polarity,
    case
        when said.source_label is not null then said.source_label
        when scores.polarity >= {{ var('sentiment_threshold') }} then 'positive'
        when scores.polarity <= -{{ var('sentiment_threshold') }} then 'negative'
        when scores.polarity is not null then 'neutral'
    end as sentiment_label,
    {% for name in attributes -%}
    coalesce(spans.{{ name }}, '(unknown)') as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from said
left join scores on said.text = scores.text
left join spans on said.customer_id = spans.customer_id and said.text_day >= spans.valid_from and said.text_day < spans.valid_to

{%- set measures = ['labelled_texts', 'positive_texts', 'negative_texts', 'polarity', 'polarity_squares'] -%}
with

-- a text is read once: the months add up to longer periods, and the eight segments are cut from the small result
attribute_months as (

    select
        months.month_start,
        {{ segment_attributes('texts.') }},
        count(*) as labelled_texts,
        {{ count_where("texts.sentiment_label = 'positive'") }} as positive_texts,
        {{ count_where("texts.sentiment_label = 'negative'") }} as negative_texts,
        sum(cast(texts.polarity as decimal(38, 10))) as polarity,
        sum(cast(cast(texts.polarity as decimal(38, 10)) * cast(texts.polarity as decimal(38, 10)) as decimal(38, 20))) as polarity_squares

    from {{ ref('int_texts') }} as texts
    inner join {{ ref('int_months') }} as months
        on {{ month_of('texts.text_day') }} = months.month_start and texts.text_day >= months.first_day
    where texts.sentiment_label is not null
    group by months.month_start, {{ segment_attributes('texts.') }}

)

select
    period_months.period_type,
    period_months.period_start,
    segments.segment_name,
    {{ segment_value('attribute_months.') }} as segment_value,
    {% for name in measures -%}
    cast(sum(attribute_months.{{ name }}) as {{ 'bigint' if name.endswith('texts') else 'decimal(38, 20)' if name.endswith('squares') else 'decimal(38, 10)' }}) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from attribute_months
inner join {{ ref('int_period_months') }} as period_months on attribute_months.month_start = period_months.month_start
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4

-- The same positive less negative texts, over all or without the neutral ones: the second is never closer to 0.
with

figures as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        max(case when metric_name = 'net_sentiment' then numerator end) as net,
        max(case when metric_name = 'net_sentiment' then denominator end) as texts,
        max(case when metric_name = 'net_sentiment_excluding_neutral' then numerator end) as net_excluding_neutral,
        max(case when metric_name = 'net_sentiment_excluding_neutral' then denominator end) as texts_excluding_neutral,
        max(case when metric_name = 'sentiment_polarity' then denominator end) as texts_with_polarity

    from {{ ref('metrics') }}
    where metric_name in ('net_sentiment', 'net_sentiment_excluding_neutral', 'sentiment_polarity')
    group by period_type, period_start, segment_name, segment_value

)

select * from figures
where coalesce(net <> net_excluding_neutral or texts_excluding_neutral > texts or texts <> texts_with_polarity, true)

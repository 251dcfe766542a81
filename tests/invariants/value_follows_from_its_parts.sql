select
    metrics.*,
    definitions.kind

from {{ ref('metrics') }} as metrics
left join {{ ref('metric_definitions') }} as definitions on metrics.metric_name = definitions.metric_name
where
    definitions.kind is null
    -- no denominator, no value; never 0 and never an error
    or (definitions.kind = 'ratio' and (value is null) <> (coalesce(denominator, 0) = 0 or numerator is null))
    or (
        definitions.kind = 'ratio'
        and denominator <> 0
        and abs(value * denominator - numerator) > 0.000000001 * greatest(abs(numerator), 0.000001)
    )
    or (definitions.kind in ('amount', 'count') and denominator is not null)
    or (definitions.kind in ('amount', 'count') and abs(value - numerator) > 0.000000001 * abs(numerator))
    or (definitions.kind in ('amount', 'count') and (value is null or numerator is null))
    or (definitions.kind = 'statistic' and (numerator is not null or denominator is not null))

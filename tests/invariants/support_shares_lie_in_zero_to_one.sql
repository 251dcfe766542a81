-- Shares of tickets and calls, of units: no part exceeds the whole, and no time is negative.
select metrics.*
from {{ ref('metrics') }} as metrics
inner join {{ ref('metric_definitions') }} as definitions on metrics.metric_name = definitions.metric_name
where
    definitions.family = 'support'
    and (
        metrics.value < 0
        or (definitions.interval_method = 'wilson' and (metrics.numerator > metrics.denominator or metrics.value > 1))
    )

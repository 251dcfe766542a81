select
    impact.period_type,
    impact.period_start,
    segments.segment_name,
    {{ segment_value('impact.') }} as segment_value,
    count(*) as scored_customers,
    cast(sum(impact.impact_score) as decimal(38, 10)) as impact_scores

from {{ ref('int_customer_impact') }} as impact
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4

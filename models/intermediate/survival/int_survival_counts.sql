select
    sums.state_day as closing_day,
    segments.segment_name,
    {{ segment_value('attribute_sets.') }} as segment_value,
    sums.entry_age,
    sums.exit_age,
    sums.has_churned,
    cast(sum(sums.customer_periods) as bigint) as customers

from {{ ref('int_survival_sums') }} as sums
inner join {{ ref('int_attribute_sets') }} as attribute_sets on sums.attribute_set = attribute_sets.attribute_set
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4, 5, 6

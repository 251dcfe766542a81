with

customer_features as (

    select
        features.*,
        {{ segment_attributes('days.') }}

    from {{ ref('int_customer_period_features') }} as features
    inner join {{ ref('int_periods') }} as periods
        on features.period_type = periods.period_type and features.period_start = periods.period_start
    inner join {{ ref('int_customer_days') }} as days
        on features.customer_id = days.customer_id and periods.closing_day = days.state_day

),

-- one pass over the pairs; the segments are cut from its small result
attribute_sums as (

    select
        period_type,
        period_start,
        {{ segment_attributes() }},
        {{ count_where('is_entitled') }} as entitled_pairs,
        {{ count_where('is_used') }} as used_pairs,
        sum(active_users) as user_pairs

    from customer_features
    group by period_type, period_start, {{ segment_attributes() }}

)

select
    attribute_sums.period_type,
    attribute_sums.period_start,
    segments.segment_name,
    {{ segment_value('attribute_sums.') }} as segment_value,
    cast(sum(attribute_sums.entitled_pairs) as bigint) as entitled_pairs,
    cast(sum(attribute_sums.used_pairs) as bigint) as used_pairs,
    cast(sum(attribute_sums.user_pairs) as bigint) as user_pairs

from attribute_sums
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4

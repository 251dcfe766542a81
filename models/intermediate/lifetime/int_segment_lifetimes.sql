with

-- one pass over the customers; the eight segments are cut from its small result
attribute_sums as (

    select
        score_day,
        {{ segment_attributes() }},
        sum(expected_revenue) as expected_revenue,
        count(*) as customers

    from {{ ref('int_customer_lifetimes') }}
    group by score_day, {{ segment_attributes() }}

)

select
    attribute_sums.score_day,
    segments.segment_name,
    {{ segment_value('attribute_sums.') }} as segment_value,
    cast(sum(attribute_sums.expected_revenue) as decimal(38, 10)) as expected_revenue,
    cast(sum(attribute_sums.customers) as bigint) as customers

from attribute_sums
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3

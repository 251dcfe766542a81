with

-- one pass over the customers; the eight segments are cut from its small result
churned as (

    select
        changes.period_type,
        changes.period_start,
        changes.opening_set,
        coalesce(causes.reason, '(unknown)') as churn_reason,
        count(*) as churned_customers,
        sum(changes.opening_mrr) as churned_mrr

    from {{ ref('int_customer_period_changes') }} as changes
    left join {{ ref('int_churn_events') }} as causes
        on changes.customer_id = causes.customer_id and changes.last_churn_day = causes.churn_day
    where changes.movement = 'churn'
    group by changes.period_type, changes.period_start, changes.opening_set, coalesce(causes.reason, '(unknown)')

),

reasons as (

    select
        churned.period_type,
        churned.period_start,
        segments.segment_name,
        {{ segment_value('attribute_sets.') }} as segment_value,
        churned.churn_reason,
        sum(churned.churned_customers) as churned_customers,
        sum(churned.churned_mrr) as churned_mrr

    from churned
    inner join {{ ref('int_attribute_sets') }} as attribute_sets on churned.opening_set = attribute_sets.attribute_set
    cross join {{ ref('int_segments') }} as segments
    group by 1, 2, 3, 4, 5

),

churn_reasons as (

    select
        reasons.*,
        sum(churned_customers) over (partition by period_type, period_start, segment_name, segment_value) as all_churned_customers,
        sum(churned_mrr) over (partition by period_type, period_start, segment_name, segment_value) as all_churned_mrr

    from reasons

)

select
    period_type,
    period_start,
    segment_name,
    segment_value,
    churn_reason,
    cast(churned_customers as bigint) as churned_customers,
    cast(churned_mrr as decimal(38, 10)) as churned_mrr,
    cast(churned_customers as double precision) / cast(all_churned_customers as double precision) as share_of_churned_customers,
    cast(churned_mrr as double precision) / cast(nullif(all_churned_mrr, 0) as double precision) as share_of_churned_mrr

from churn_reasons

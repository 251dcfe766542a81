with

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

),

value_moments as (

    select distinct milestone from {{ ref('stg_product__journeys') }}
    where is_value_moment

),

-- where a customer's relationship begins
starts as (

    select
        coalesce(customers.customer_id, first_touches.customer_id) as customer_id,
        coalesce(first_touches.first_interaction_at, customers.created_at) as start_at

    from {{ ref('stg_billing__customers') }} as customers
    full outer join {{ ref('stg_product__first_touches') }} as first_touches on customers.customer_id = first_touches.customer_id

),

raw_rows as not materialized (

    {{ raw_table('milestones') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'milestones') }}

),

judged as (

    select
        folded.*,
        case
            when value_moments.milestone is not null and folded.reached_at < starts.start_at then 'value_before_start'
        end as own_rule

    from folded
    left join merges on folded.customer_id = merges.from_customer_id
    left join starts on coalesce(merges.into_customer_id, folded.customer_id) = starts.customer_id
    left join value_moments on folded.milestone = value_moments.milestone

)

{{ judged_rows('judged', 'milestones', listed='true') }}

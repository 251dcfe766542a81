with

customers as (

    select customer_id from {{ ref('base_billing__customers') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

),

rejected as (

    {% for table, model in staged_tables().items() %}
    select
        '{{ table }}' as source_table,
        row_key,
        rule,
        false as is_kept,
        raw_row
    from {{ ref(model) }}
    where fate = 'rejected'
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- reached before the customer first reached the step before it
milestones as (

    select
        judged.*,
        coalesce(merges.into_customer_id, judged.customer_id) as surviving_customer_id

    from {{ ref('base_product__milestones') }} as judged
    left join merges on judged.customer_id = merges.from_customer_id
    where judged.fate = 'staged'

),

first_reached as (

    select
        surviving_customer_id,
        milestone,
        min(reached_at) as first_reached_at

    from milestones
    group by surviving_customer_id, milestone

),

predecessors as (

    select
        journey,
        milestone,
        lag(milestone) over (partition by journey order by step_rank) as predecessor

    from {{ ref('stg_product__journeys') }}

),

milestones_before_predecessors as (

    select distinct
        milestones.row_key,
        milestones.raw_row

    from milestones
    inner join predecessors on milestones.milestone = predecessors.milestone
    inner join first_reached
        on
            milestones.surviving_customer_id = first_reached.surviving_customer_id
            and predecessors.predecessor = first_reached.milestone
    where milestones.reached_at < first_reached.first_reached_at

),

kept as (

    {% for table, model in staged_tables().items() if customer_named_by(table) %}
    {% set customer = customer_named_by(table) %}
    select
        '{{ table }}' as source_table,
        judged.row_key,
        'unknown_customer' as rule,
        true as is_kept,
        judged.raw_row
    from {{ ref(model) }} as judged
    left join merges on judged.{{ customer }} = merges.from_customer_id
    where
        judged.fate = 'staged'
        and judged.raw_row is not null
        and coalesce({{ 'merges.into_customer_id, ' if table != 'customer_attributes' }}judged.{{ customer }}) not in (select customer_id from customers)
    {{ 'union all' if not loop.last }}
    {% endfor %}

    union all

    select 'milestones', row_key, 'before_predecessor', true, raw_row from milestones_before_predecessors

),

listed as (

    select * from rejected
    union all
    select * from kept

)

select
    cast(source_table as {{ dbt.type_string() }}) as source_table,
    cast(row_key as {{ dbt.type_string() }}) as row_key,
    cast(rule as {{ dbt.type_string() }}) as rule,
    is_kept,
    cast(raw_row as {{ dbt.type_string() }}) as raw_row

from listed

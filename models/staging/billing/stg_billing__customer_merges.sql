{{ config(materialized='table') }}

with recursive

as_of as (

    select * from {{ ref('int_as_of') }}

),

merges as (

    select
        from_customer_id,
        into_customer_id

    from {{ ref('base_billing__customer_merges') }}
    where fate = 'staged' and merged_date <= (select as_of_day from as_of)

),

chains as (

    select
        from_customer_id,
        into_customer_id
    from merges

    union all

    select
        chains.from_customer_id,
        merges.into_customer_id
    from chains
    inner join merges on chains.into_customer_id = merges.from_customer_id

)

-- the end of each chain
select
    from_customer_id,
    into_customer_id

from chains
where into_customer_id not in (select from_customer_id from merges)

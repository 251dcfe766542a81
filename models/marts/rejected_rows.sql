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

kept as (

    {% for table in ['subscriptions', 'contract_terms', 'invoices', 'orders', 'users', 'csm_assignments', 'customer_attributes'] %}
    select
        '{{ table }}' as source_table,
        judged.row_key,
        'unknown_customer' as rule,
        true as is_kept,
        judged.raw_row
    from {{ ref(staged_tables()[table]) }} as judged
    left join merges on judged.customer_id = merges.from_customer_id
    where
        judged.fate = 'staged'
        and coalesce({{ 'merges.into_customer_id, ' if table != 'customer_attributes' }}judged.customer_id) not in (select customer_id from customers)
    {{ 'union all' if not loop.last }}
    {% endfor %}

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

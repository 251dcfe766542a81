with

raw_rows as not materialized (

    {{ raw_table('customer_attributes') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'customer_attributes') }}

),

judged as (

    select
        folded.*,
        case
            when attribute not in ('country', 'industry', 'company_size', 'acquisition_channel') then 'unknown_attribute'
        end as own_rule

    from folded

)

{{ judged_rows('judged', 'customer_attributes') }}

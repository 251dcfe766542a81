with

raw_rows as (

    {{ raw_table('customer_attributes', key=['customer_id', 'attribute', 'valid_from']) }}

),

folded as (

    {{ fold_duplicates('raw_rows') }}

),

judged as (

    select
        folded.*,
        case
            when attribute not in ('country', 'industry', 'company_size', 'acquisition_channel') then 'unknown_attribute'
        end as own_rule

    from folded

)

{{ judged_rows('judged') }}

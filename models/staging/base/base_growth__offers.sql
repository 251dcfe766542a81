with

raw_rows as not materialized (

    {{ raw_table('offers') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'offers') }}

),

judged as (

    select
        folded.*,
        case
            when lower(offer_type) not in ('upsell', 'cross_sell') then 'unknown_offer_type'
            when lower(outcome) not in ('accepted', 'declined', 'expired', 'open') then 'unknown_outcome'
            when responded_at < presented_at then 'answer_before_offer'
        end as own_rule

    from folded

)

{{ judged_rows('judged', 'offers') }}

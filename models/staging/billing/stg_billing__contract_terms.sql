with

contract_terms as (

    select * from {{ ref('base_billing__contract_terms') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    contract_terms.term_id,
    coalesce(merges.into_customer_id, contract_terms.customer_id) as customer_id,
    contract_terms.subscription_id,
    contract_terms.term_start,
    contract_terms.term_start_date,
    contract_terms.term_end,
    contract_terms.term_end_date,
    contract_terms.amount,
    upper(contract_terms.currency) as currency,
    contract_terms.renewed_to_term_id,
    coalesce(contract_terms.auto_renew, false) as auto_renew

from contract_terms
left join merges on contract_terms.customer_id = merges.from_customer_id

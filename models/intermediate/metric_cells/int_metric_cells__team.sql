with

-- every metric file of the family stands here once: ratios alone
figures as (

    select * from {{ ref('accounts_per_csm') }}
    union all
    select * from {{ ref('touches_per_account') }}

)

{{ metric_cells(['figures']) }}

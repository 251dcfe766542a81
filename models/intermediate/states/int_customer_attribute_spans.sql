with

as_of as (

    select * from {{ ref('int_as_of') }}

),

changes as (

    select
        customer_id,
        attribute,
        value,
        valid_from_date as valid_from,
        lead(valid_from_date) over (partition by customer_id, attribute order by valid_from_date, valid_from) as next_valid_from

    from {{ ref('stg_billing__customer_attributes') }}
    where valid_from_date <= (select as_of_day from as_of)

)

select
    customer_id,
    attribute,
    value,
    valid_from,
    coalesce(next_valid_from, {{ forever() }}) as valid_to

from changes
where valid_from < coalesce(next_valid_from, {{ forever() }})

union all

select
    customer_id,
    'csm',
    csm_id,
    assigned_from_date,
    coalesce(assigned_to_date, {{ forever() }})

from {{ ref('stg_success__csm_assignments') }}
where assigned_from_date <= (select as_of_day from as_of) and assigned_from_date < coalesce(assigned_to_date, {{ forever() }})

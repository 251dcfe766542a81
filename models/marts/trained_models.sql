with

kinds as (

    select cast('churn' as varchar) as kind
    union all
    select 'contract_lifetime'
    union all
    select 'purchase_lifetime'

),

company as (

    select * from {{ ref('int_company_mark') }}

),

in_force as (

    select * from {{ ref('int_models_in_force') }}

),

-- the version in force; else the newest of this company, else the newest of any
candidates as (

    select
        models.*,
        in_force.model_version is not null as is_in_force,
        company.mark is not null as is_of_this_company,
        row_number() over (
            partition by models.kind
            order by
                case when in_force.model_version is not null then 0 when company.mark is not null then 1 else 2 end,
                {{ text_order('models.model_version') }} desc
        ) as candidate_rank

    from {{ ref('prediction_models') }} as models
    left join in_force on models.kind = in_force.kind and models.model_version = in_force.model_version
    left join company on models.trained_on = company.mark

)

select
    kinds.kind,
    cast(
        case
            when candidates.is_in_force then 'in force'
            when candidates.is_of_this_company then 'trained for another horizon'
            when candidates.kind is not null then 'trained on another company'
            else 'not trained'
        end as varchar
    ) as status,
    coalesce(candidates.is_in_force, false) as is_in_force,
    candidates.model_version,
    candidates.trained_from,
    candidates.trained_through,
    candidates.horizon_days,
    candidates.units,
    candidates.events,
    candidates.note

from kinds
left join candidates on kinds.kind = candidates.kind and candidates.candidate_rank = 1

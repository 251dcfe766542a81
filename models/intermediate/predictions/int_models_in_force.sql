with

models as (

    select * from {{ ref('prediction_models') }}

),

company as (

    select * from {{ ref('int_company_mark') }}

),

fitting as (

    select
        models.*,
        row_number() over (partition by models.kind order by {{ text_order('models.model_version') }} desc) as version_rank

    from models
    inner join company on models.trained_on = company.mark
    where models.kind <> 'churn' or models.horizon_days = {{ var('churn_horizon_days') }}

)

select
    kind,
    model_version,
    trained_from,
    trained_through,
    horizon_days

from fitting
where version_rank = 1

with

segment_periods as (

    select * from {{ ref('int_segment_periods__health') }}

),

models as (

    select * from {{ ref('int_models_in_force') }}
    where kind = 'churn'

),

predicted_churn_rate as (

    select
        'predicted_churn_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(predicted_probability as decimal(38, 10)) as numerator,
        cast(predicted_customers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from models)

),

expected_churned_mrr as (

    select
        'expected_churned_mrr' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(expected_churned_mrr as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from models)

)

select * from predicted_churn_rate
union all
select * from expected_churned_mrr

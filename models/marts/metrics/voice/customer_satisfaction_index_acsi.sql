with

segment_periods as (

    select * from {{ ref('int_segment_periods__voice') }}

),

survey_responses as (

    select * from {{ ref('stg_voice__survey_responses') }}

),

weights as (

    select
        cast(coalesce(sum(case when question = 'satisfaction' then weight end), 0) as double precision) as satisfaction,
        cast(coalesce(sum(case when question = 'expectation' then weight end), 0) as double precision) as expectation,
        cast(coalesce(sum(case when question = 'performance' then weight end), 0) as double precision) as performance,
        cast(sum(weight) as double precision) as total

    from {{ ref('acsi_weights') }}

),

-- a question that nobody answered has no mean, and without it there is no index
means as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(satisfaction_scores as double precision) / nullif(satisfaction_answers, 0) as satisfaction,
        cast(expectation_scores as double precision) / nullif(expectation_answers, 0) as expectation,
        cast(performance_scores as double precision) / nullif(performance_answers, 0) as performance

    from segment_periods
    where exists (select 1 from survey_responses)

),

customer_satisfaction_index_acsi as (

    select
        'customer_satisfaction_index_acsi' as metric_name,
        means.period_type,
        means.period_start,
        means.segment_name,
        means.segment_value,
        100 * (
            weights.satisfaction * (means.satisfaction - 1)
            + weights.expectation * (means.expectation - 1)
            + weights.performance * (means.performance - 1)
        ) / (9 * nullif(weights.total, 0)) as value

    from means
    cross join weights

)

select * from customer_satisfaction_index_acsi

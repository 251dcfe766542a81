with

segment_periods as (

    select * from {{ ref('int_segment_periods__team') }}

),

csm_touches as (

    select * from {{ ref('stg_success__csm_touches') }}

),

csm_assignments as (

    select * from {{ ref('stg_success__csm_assignments') }}

),

touches_per_account as (

    select
        'touches_per_account' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(touches as decimal(38, 10)) as numerator,
        cast(case when segment_value <> '(unknown)' then accounts end as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from csm_touches) and exists (select 1 from csm_assignments)

)

select * from touches_per_account

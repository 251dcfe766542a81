with

segment_periods as (

    select * from {{ ref('int_segment_periods__team') }}

),

csms as (

    select * from {{ ref('stg_success__csms') }}

),

csm_assignments as (

    select * from {{ ref('stg_success__csm_assignments') }}

),

accounts_per_csm as (

    select
        'accounts_per_csm' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(accounts as decimal(38, 10)) as numerator,
        cast(case when segment_value <> '(unknown)' then fte end as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from csms) and exists (select 1 from csm_assignments)

),

mrr_per_csm as (

    select
        'mrr_per_csm' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(accounts_mrr as decimal(38, 10)) as numerator,
        cast(case when segment_value <> '(unknown)' then fte end as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from csms) and exists (select 1 from csm_assignments)

)

select * from accounts_per_csm
union all
select * from mrr_per_csm

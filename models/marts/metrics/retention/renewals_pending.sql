with

segment_periods as (

    select * from {{ ref('int_segment_periods__retention') }}

),

contract_terms as (

    select * from {{ ref('stg_billing__contract_terms') }}

),

renewals_pending as (

    select
        'renewals_pending' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(pending_terms as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from contract_terms)

)

select * from renewals_pending

with

segment_periods as (

    select * from {{ ref('int_segment_periods__retention') }}

),

contract_terms as (

    select * from {{ ref('stg_billing__contract_terms') }}

),

renewal_rate as (

    select
        'renewal_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(renewed_terms as decimal(38, 10)) as numerator,
        cast(due_terms as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from contract_terms)

),

customer_renewal_rate as (

    select
        'customer_renewal_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(renewed_customers as decimal(38, 10)) as numerator,
        cast(due_customers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from contract_terms)

),

gross_renewal_value_rate as (

    select
        'gross_renewal_value_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(kept_value as decimal(38, 10)) as numerator,
        cast(due_value as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from contract_terms)

),

net_renewal_value_rate as (

    select
        'net_renewal_value_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(renewed_value as decimal(38, 10)) as numerator,
        cast(due_value as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from contract_terms)

)

select * from renewal_rate
union all
select * from customer_renewal_rate
union all
select * from gross_renewal_value_rate
union all
select * from net_renewal_value_rate

with

metrics as (

    select * from {{ ref('metrics') }}

),

cells as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        coalesce(max(case when metric_name = 'contracted_customers' then numerator end), 0) as contracted_customers,
        coalesce(max(case when metric_name = 'churned_customers' then numerator end), 0) as churned_customers,
        coalesce(max(case when metric_name = 'churned_from_paused_customers' then numerator end), 0) as churned_from_paused_customers

    from metrics
    where metric_name in ('contracted_customers', 'churned_customers', 'churned_from_paused_customers')
    group by period_type, period_start, segment_name, segment_value

),

openings as (

    select
        period_type,
        period_start,
        {{ count_where('is_paying_at_opening or is_paused_at_opening') }} as contracted_at_opening,
        {{ count_where('not (is_paying_at_opening or is_paused_at_opening) and (is_paying_at_closing or is_paused_at_closing)') }} as came

    from {{ ref('customer_periods') }}
    group by period_type, period_start

)

select
    cells.*,
    openings.contracted_at_opening,
    openings.came

from cells
left join openings on cells.period_type = openings.period_type and cells.period_start = openings.period_start
where
    cells.segment_name = 'all'
    and cells.contracted_customers
    <> coalesce(openings.contracted_at_opening, 0) + coalesce(openings.came, 0)
    - cells.churned_customers - cells.churned_from_paused_customers

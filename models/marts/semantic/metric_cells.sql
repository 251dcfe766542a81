{%- set attributes = ['plan', 'product_family', 'country', 'industry', 'company_size', 'acquisition_channel', 'csm'] -%}
with

metrics as (

    select * from {{ ref('metrics') }}

),

definitions as (

    select * from {{ ref('metric_definitions') }}

),

months as (

    select
        calendar_days.*,
        sum(case when is_reported then 1 else 0 end) over (partition by fiscal_quarter) as reported_months_of_quarter,
        min(case when is_reported then fiscal_quarter end) over (partition by fiscal_year) as first_reported_quarter,
        max(case when is_reported then fiscal_quarter end) over (partition by fiscal_year) as last_reported_quarter

    from {{ ref('calendar_days') }} as calendar_days
    where calendar_day = month_start

),

-- the months that are reported; beside a month that is the only one of its quarter, or a quarter that is the only one of its year, others, which
-- stay empty: without them a quarter could not be told from its only month
cell_months as (

    select
        month_start,
        fiscal_quarter,
        fiscal_year,
        count(*) over (partition by fiscal_quarter) as months_of_quarter,
        count(*) over (partition by fiscal_year) as months_of_year

    from months
    where
        is_reported
        or reported_months_of_quarter = 1
        or (
            first_reported_quarter = last_reported_quarter
            and month_start in ({{ add_months('first_reported_quarter', -3) }}, {{ add_months('first_reported_quarter', 3) }})
        )

),

last_month as (

    select max(month_start) as month_start from months
    where is_reported

),

parts as (

    select 'numerator' as part
    union all
    select 'denominator'
    union all
    select 'value'

),

-- a figure stands in the last month of its period, or the last so far
figures as (

    select
        metrics.metric_name,
        metrics.segment_name,
        metrics.segment_value,
        metrics.is_complete,
        metrics.period_type,
        least({{ add_months('metrics.period_end', -1) }}, last_month.month_start) as month_start,
        parts.part,
        case parts.part
            when 'numerator' then cast(metrics.numerator as double precision)
            when 'denominator' then cast(metrics.denominator as double precision)
            else metrics.value
        end as figure

    from metrics
    inner join definitions on metrics.metric_name = definitions.metric_name
    inner join parts
        on
            (definitions.kind = 'statistic' and parts.part = 'value')
            or (definitions.kind <> 'statistic' and parts.part = 'numerator')
            or (definitions.kind = 'ratio' and parts.part = 'denominator')
    cross join last_month

),

-- each year in which something has figures, in all of its months: those that are in a cell tell which period it is
years as (

    select distinct
        figures.metric_name,
        figures.segment_name,
        figures.segment_value,
        figures.is_complete,
        figures.part,
        cell_months.fiscal_year

    from figures
    inner join cell_months on figures.month_start = cell_months.month_start

),

cells as (

    select
        metric_name,
        segment_name,
        segment_value,
        is_complete,
        period_type,
        month_start,
        part,
        figure

    from figures

    union all

    select
        years.metric_name,
        years.segment_name,
        years.segment_value,
        years.is_complete,
        'none',
        cell_months.month_start,
        years.part,
        cast(null as double precision)

    from years
    inner join cell_months on years.fiscal_year = cell_months.fiscal_year

),

metric_cells as (

    select
        cast(cells.metric_name as varchar) as metric_name,
        cast(cells.part as varchar) as part,
        cast(cells.period_type as varchar) as period_type,
        cast(case when cells.period_type = 'trailing_year' then 'trailing_year' else 'calendar' end as varchar) as span,
        cell_months.month_start,
        cell_months.fiscal_quarter,
        cell_months.fiscal_year,
        cell_months.months_of_quarter,
        cell_months.months_of_year,
        cells.is_complete,
        cast(cells.segment_name as varchar) as segment_name,
        cast(cells.segment_value as varchar) as segment_value,
        {% for attribute in attributes + ['survey_kind', 'feature'] -%}
        cast(case when cells.segment_name = '{{ attribute }}' then cells.segment_value else 'all' end as varchar) as {{ attribute }},
        {% endfor -%}
        -- what may be added up has the same cut
        cast(case
            when cells.segment_name = 'all' then 'all'
            when definitions.adds_over_segments and cells.segment_name in ('{{ attributes | join("', '") }}') then cells.segment_name
            else cells.segment_name || ' ' || cells.segment_value
        end as varchar) as cut,
        definitions.adds_over_periods,
        cells.figure

    from cells
    inner join cell_months on cells.month_start = cell_months.month_start
    inner join definitions on cells.metric_name = definitions.metric_name

)

select * from metric_cells

with

-- each family has united its metric files
cells as (

    select * from {{ ref('int_metric_cells__revenue') }}
    union all
    select * from {{ ref('int_metric_cells__retention') }}
    union all
    select * from {{ ref('int_metric_cells__voice') }}
    union all
    select * from {{ ref('int_metric_cells__support') }}
    union all
    select * from {{ ref('int_metric_cells__growth') }}
    union all
    select * from {{ ref('int_metric_cells__team') }}
    union all
    select * from {{ ref('int_metric_cells__product') }}
    union all
    select * from {{ ref('int_metric_cells__health') }}

),

definitions as (

    select * from {{ ref('metric_definitions') }}

),

periods as (

    select * from {{ ref('int_periods') }}

),

pending as (

    select * from {{ ref('int_pending_units') }}
    where pending_units > 0

),

-- the one division; both parts are made floating numbers first, so that every engine divides alike
divided as (

    select
        cells.*,
        periods.period_end,
        periods.is_over and pending.metric_name is null as is_complete,
        case definitions.kind
            when 'statistic' then cells.statistic
            when 'ratio' then cast(cells.numerator as double precision) / nullif(cast(cells.denominator as double precision), 0)
            else cast(cells.numerator as double precision)
        end as value,
        definitions.unit,
        definitions.interval_method,
        case when definitions.interval_method is not null and cells.denominator > 0 then cast(cells.denominator as double precision) end as n

    from cells
    inner join periods
        on cells.period_type = periods.period_type and cells.period_start = periods.period_start
    left join definitions on cells.metric_name = definitions.metric_name
    left join pending
        on
            cells.metric_name = pending.metric_name
            and cells.period_type = pending.period_type
            and cells.period_start = pending.period_start

),

-- of a mean: what is left of the mean square, 0 where nothing but rounding is
spread as (

    select
        divided.*,
        cast(sum_of_squares as double precision) / n as mean_square,
        case
            when cast(sum_of_squares as double precision) / n - value * value > 1e-12 * cast(sum_of_squares as double precision) / n
                then cast(sum_of_squares as double precision) / n - value * value
            else 0
        end as variance

    from divided

),

-- 95%: z = 1.959963984540054, 3.8414588206941254 is its square
intervals as (

    select
        spread.*,
        case interval_method
            when 'wilson' then (value + 3.8414588206941254 / (2 * n)) / (1 + 3.8414588206941254 / n)
            else value
        end as midpoint,
        case interval_method
            when 'wilson'
                then
                    1.959963984540054 * sqrt(value * (1 - value) / n + 3.8414588206941254 / (4 * n * n))
                    / (1 + 3.8414588206941254 / n)
            when 'multinomial' then 1.959963984540054 * sqrt(variance / n)
            when 'mean' then 1.959963984540054 * sqrt(variance / nullif(n - 1, 0))
        end as half_width

    from spread

)

select
    cast(metric_name as varchar) as metric_name,
    cast(period_type as varchar) as period_type,
    period_start,
    period_end,
    is_complete,
    cast(segment_name as varchar) as segment_name,
    cast(segment_value as varchar) as segment_value,
    numerator,
    denominator,
    -- points end at 100, which rounding of floating numbers may pass by its last digit
    case when unit = 'points' and abs(value) > 100 then 100 * {{ sign_of('value') }} else value end as value,
    case interval_method
        when 'wilson' then case when value > 0 then midpoint - half_width when n > 0 then 0 end
        when 'multinomial' then case when n > 0 then greatest(midpoint - half_width, -100) end
        else midpoint - half_width
    end as lower_bound,
    case interval_method
        when 'wilson' then case when value < 1 then midpoint + half_width when n > 0 then 1 end
        when 'multinomial' then case when n > 0 then least(midpoint + half_width, 100) end
        else midpoint + half_width
    end as upper_bound,
    cast(n as bigint) as sample_size,
    n < {{ var('minimum_sample') }} as is_small_sample

from intervals

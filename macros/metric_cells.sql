{#
    The metric files of a family in one shape: grain (metric, period, segment), numerator, denominator, sum_of_squares, statistic.

    Argument: shapes, which of these CTEs there are:
        figures     amounts, counts, ratios: metric_name, period_type, period_start, segment_name, segment_value, numerator, denominator
        estimates   means with an interval: the same and sum_of_squares, of what the numerator sums
        statistics  the same grain and value
#}
{% macro metric_cells(shapes) -%}
    {%- for shape in shapes -%}
select
    metric_name,
    period_type,
    period_start,
    segment_name,
    segment_value,
    {{ 'numerator' if shape != 'statistics' else 'cast(null as decimal(38, 10))' }} as numerator,
    {{ 'denominator' if shape != 'statistics' else 'cast(null as decimal(38, 10))' }} as denominator,
    {{ 'sum_of_squares' if shape == 'estimates' else 'cast(null as decimal(38, 20))' }} as sum_of_squares,
    {{ 'value' if shape == 'statistics' else 'cast(null as double precision)' }} as statistic
from {{ shape }}
{{ 'union all\n' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{%- set five_point = 'is_counted_csat and scale_min = 1 and scale_max = 5' -%}
{%- set ten_point = "survey_type = 'acsi' and scale_min = 1 and scale_max = 10" -%}
{%- set counts = {
    'nps_answers': "survey_type = 'nps'",
    'promoters': 'vote = 100',
    'passives': 'vote = 0',
    'detractors': 'vote = -100',
    'commented_nps_answers': "survey_type = 'nps' and has_comment",
    'csat_answers': 'is_counted_csat',
    'satisfied_answers': 'is_counted_csat and is_satisfied',
    'five_point_answers': five_point,
    'ces_answers': 'effort is not null',
    'seven_point_answers': 'ease_points is not null',
    'easy_answers': 'ease_points >= 5',
    'loyalty_answers': 'loyalty_points is not null',
    'satisfaction_answers': ten_point ~ " and question = 'satisfaction'",
    'expectation_answers': ten_point ~ " and question = 'expectation'",
    'performance_answers': ten_point ~ " and question = 'performance'"
} -%}
{%- set sums = {
    'csat_normalised': ['is_counted_csat', 'normalised_score'],
    'five_point_scores': [five_point, 'score'],
    'effort': ['true', 'effort'],
    'ease_points': ['true', 'ease_points'],
    'loyalty_points': ['true', 'loyalty_points'],
    'satisfaction_scores': [ten_point ~ " and question = 'satisfaction'", 'score'],
    'expectation_scores': [ten_point ~ " and question = 'expectation'", 'score'],
    'performance_scores': [ten_point ~ " and question = 'performance'", 'score']
} -%}
{%- set squared = ['csat_normalised', 'five_point_scores', 'effort', 'ease_points', 'loyalty_points'] -%}
with

answers as (

    select
        periods.period_type,
        periods.period_start,
        answers.*,
        answers.survey_type = 'csat'
        and (answers.next_answer_day is null or answers.next_answer_day > periods.closing_day) as is_counted_csat

    from {{ ref('int_survey_answers') }} as answers
    inner join {{ ref('int_period_months') }} as period_months on answers.answer_month = period_months.month_start
    inner join {{ ref('int_periods') }} as periods
        on
            period_months.period_type = periods.period_type
            and period_months.period_start = periods.period_start
            and answers.answer_day >= periods.first_day

),

-- one pass over the answers; the eight segments are cut from its small result
attribute_sums as (

    select
        period_type,
        period_start,
        {{ segment_attributes() }},
        {% for name, condition in counts.items() -%}
        {{ count_where(condition) }} as {{ name }},
        {% endfor -%}
        {% for name in squared -%}
        sum(case when {{ sums[name][0] }} then cast({{ sums[name][1] }} * {{ sums[name][1] }} as decimal(38, 20)) end) as {{ name }}_squares,
        {% endfor -%}
        {% for name, parts in sums.items() -%}
        sum(case when {{ parts[0] }} then {{ parts[1] }} end) as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from answers
    group by period_type, period_start, {{ segment_attributes() }}

)

select
    attribute_sums.period_type,
    attribute_sums.period_start,
    segments.segment_name,
    {{ segment_value('attribute_sums.') }} as segment_value,
    {% for name in counts -%}
    cast(sum(attribute_sums.{{ name }}) as bigint) as {{ name }},
    {% endfor -%}
    {% for name in squared -%}
    cast(coalesce(sum(attribute_sums.{{ name }}_squares), 0) as decimal(38, 20)) as {{ name }}_squares,
    {% endfor -%}
    {% for name in sums -%}
    cast(coalesce(sum(attribute_sums.{{ name }}), 0) as decimal(38, 10)) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from attribute_sums
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4

with

periods as (

    select * from {{ ref('int_periods') }}

),

-- by the version of the question, a missing one being a version too
versions as (

    select
        periods.period_type,
        periods.period_start,
        periods.previous_period_start,
        segments.segment_name,
        {{ segment_value('answers.') }} as segment_value,
        answers.question_version,
        count(*) as answers,
        sum(answers.effort) as effort

    from {{ ref('int_survey_answers') }} as answers
    inner join {{ ref('int_period_months') }} as period_months on answers.answer_month = period_months.month_start
    inner join periods
        on
            period_months.period_type = periods.period_type
            and period_months.period_start = periods.period_start
            and answers.answer_day >= periods.first_day
    cross join {{ ref('int_segments') }} as segments
    where answers.survey_type = 'ces'
    group by 1, 2, 3, 4, 5, 6

)

-- two periods are compared over the versions that were answered in both
select
    versions.period_type,
    versions.period_start,
    versions.segment_name,
    versions.segment_value,
    cast(sum(versions.answers) as bigint) as compared_answers,
    cast(sum(versions.effort) as decimal(38, 10)) as compared_effort,
    cast(sum(previous.answers) as bigint) as previous_answers,
    cast(sum(previous.effort) as decimal(38, 10)) as previous_effort

from versions
inner join versions as previous
    on
        versions.period_type = previous.period_type
        and versions.previous_period_start = previous.period_start
        and versions.segment_name = previous.segment_name
        and versions.segment_value = previous.segment_value
        and versions.question_version is not distinct from previous.question_version
group by versions.period_type, versions.period_start, versions.segment_name, versions.segment_value

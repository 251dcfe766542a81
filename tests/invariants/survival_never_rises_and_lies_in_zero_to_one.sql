with

steps as (

    select
        survival_curves.*,
        lag(survival) over (partition by segment_name, segment_value order by age_months) as survival_before,
        lag(age_months) over (partition by segment_name, segment_value order by age_months) as age_before

    from {{ ref('survival_curves') }} as survival_curves

)

-- a sum of logarithms may differ in its last digit
select * from steps
where
    survival < 0
    or survival > 1
    or survival > survival_before * 1.000000000001
    or coalesce(age_before, -1) <> age_months - 1
    or events < 0
    or censored < 0
    or events + censored > at_risk
    or lower_bound not between 0 and survival
    or upper_bound not between survival and 1
    or (lower_bound is null) <> (survival = 0 or survival = 1)

-- A period closes where another opens: these are the month ends, the as-of day, and the opening days of the first periods.
select opening_day as state_day from {{ ref('int_periods') }}
union
select closing_day from {{ ref('int_periods') }}

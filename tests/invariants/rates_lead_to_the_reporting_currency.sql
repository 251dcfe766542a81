-- a rate of the reporting currency other than 1 says that the rates lead to another currency: then every converted amount is wrong
select rates.*
from {{ ref('stg_billing__exchange_rates') }} as rates
inner join {{ ref('int_reporting_currency') }} as reporting on rates.currency = reporting.reporting_currency
where rates.rate_to_reporting <> 1

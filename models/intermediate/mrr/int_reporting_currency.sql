{{ stop_at_several_currencies(ref('int_billed_currencies')) }}

select coalesce({{ reporting_currency_variable() }}, min(currency)) as reporting_currency
from {{ ref('int_billed_currencies') }}

-- Null where neither the variable nor the items decide; int_reporting_currency then looks at what else is billed.
select
    coalesce(
        {{ reporting_currency_variable() }},
        case when min(upper(currency)) = max(upper(currency)) then min(upper(currency)) end
    ) as reporting_currency

from {{ ref('base_billing__subscription_items') }}
where is_billed

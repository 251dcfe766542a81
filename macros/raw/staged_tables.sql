{# Every raw table that is staged, and the model that judges its rows. #}
{% macro staged_tables() %}
    {{ return({
        'customers': 'base_billing__customers',
        'customer_attributes': 'base_billing__customer_attributes',
        'customer_merges': 'base_billing__customer_merges',
        'plans': 'base_billing__plans',
        'subscriptions': 'base_billing__subscriptions',
        'subscription_items': 'base_billing__subscription_items',
        'subscription_status_changes': 'base_billing__subscription_status_changes',
        'subscription_pauses': 'base_billing__subscription_pauses',
        'contract_terms': 'base_billing__contract_terms',
        'invoices': 'base_billing__invoices',
        'invoice_lines': 'base_billing__invoice_lines',
        'orders': 'base_billing__orders',
        'exchange_rates': 'base_billing__exchange_rates',
        'users': 'base_product__users',
        'usage_events': 'base_product__usage_events',
        'csm_assignments': 'base_success__csm_assignments',
    }) }}
{% endmacro %}

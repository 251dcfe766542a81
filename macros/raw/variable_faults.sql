{# What is wrong with the values of the project's variables: list of sentences, empty where all are fine. #}
{% macro variable_faults() %}
    {% set faults = [] %}
    {% set choices = {
        'discount_policy': ['all', 'permanent'],
        'churn_timing': ['end_of_service', 'at_request'],
        'trial_counts_as_mrr': [true, false],
        'usage_mrr': [true, false],
        'past_due_counts': [true, false],
        'fiscal_year_start_month': range(1, 13) | list,
    } %}
    {% for name, allowed in choices.items() if var(name) not in allowed or var(name) is boolean and true not in allowed %}
        {% do faults.append(name ~ ' is ' ~ var(name) ~ '. Expected one of: ' ~ allowed | join(', ') ~ '.') %}
    {% endfor %}
    {% for name in ('max_pause_days', 'reactivation_min_gap_days', 'committed_horizon_days', 'renewal_grace_days', 'renewal_auto_min_days', 'repeat_window_days') %}
        {% if var(name) is not integer or var(name) is boolean or var(name) < (1 if name == 'max_pause_days' else 0) %}
            {% do faults.append(name ~ ' is ' ~ var(name) ~ '. Expected a whole number of days, ' ~ (1 if name == 'max_pause_days' else 0) ~ ' or more.') %}
        {% endif %}
    {% endfor %}
    {% for name in (
        'trial_grace_days', 'survey_response_days', 'adoption_days', 'journey_target_days', 'fcr_reopen_days', 'resolution_window_days',
        'service_level_seconds', 'short_abandon_seconds', 'minimum_sample', 'churn_horizon_days'
    ) if var(name) is not integer or var(name) is boolean or var(name) < 0 %}
        {% do faults.append(name ~ ' is ' ~ var(name) ~ '. Expected a whole number, 0 or more.') %}
    {% endfor %}
    {% for name in ('lifespan_cap_months', 'engagement_min_actions', 'session_gap_minutes', 'max_session_hours', 'adoption_active_days')
        if var(name) is not integer or var(name) is boolean or var(name) < 1 %}
        {% do faults.append(name ~ ' is ' ~ var(name) ~ '. Expected a whole number, 1 or more.') %}
    {% endfor %}
    {% if var('sentiment_threshold') is not number or var('sentiment_threshold') is boolean or not 0 < var('sentiment_threshold') <= 1 %}
        {% do faults.append('sentiment_threshold is ' ~ var('sentiment_threshold') ~ '. Expected a number above 0, at most 1.') %}
    {% endif %}
    {% set lifespan = var('assumed_lifespan_years') %}
    {% if lifespan is not none and (lifespan is not number or lifespan is boolean or lifespan <= 0) %}
        {% do faults.append('assumed_lifespan_years is ' ~ lifespan ~ '. Expected a number of years above 0, or nothing.') %}
    {% endif %}
    {% for name in ('active_event_names', 'login_event_names') if var(name) is string or var(name) is not iterable %}
        {% do faults.append(name ~ ' is ' ~ var(name) ~ '. Expected a list of event names.') %}
    {% endfor %}
    {% if var('business_timezone') and not is_time_zone(var('business_timezone') | string) %}
        {% do faults.append('business_timezone is ' ~ var('business_timezone') ~ '. Expected a name such as UTC or Europe/Berlin, or nothing.') %}
    {% endif %}
    {% for name in ('week_to_month', 'day_to_month') if not modules.re.fullmatch('0*[1-9][0-9]*([.][0-9]+)?( */ *[1-9][0-9]*)?', var(name) | string) %}
        {% do faults.append(name ~ ' is ' ~ var(name) ~ '. Expected a number above zero or a fraction, such as 4.345 or 52/12.') %}
    {% endfor %}
    {% set known_segments = ['plan', 'product_family', 'country', 'industry', 'company_size', 'acquisition_channel', 'csm'] %}
    {% if var('segments') is string or var('segments') is not iterable or var('segments') | reject('in', known_segments) | list %}
        {% do faults.append('segments is ' ~ var('segments') ~ '. Expected a list of some of: ' ~ known_segments | join(', ') ~ '.') %}
    {% endif %}
    {% if var('involuntary_reasons') is string or var('involuntary_reasons') is not iterable %}
        {% do faults.append('involuntary_reasons is ' ~ var('involuntary_reasons') ~ '. Expected a list of reason codes.') %}
    {% endif %}
    {% set currency = var('reporting_currency') or env_var('REPORTING_CURRENCY', '') %}
    {% if currency and not modules.re.fullmatch('[A-Za-z]{3}', currency | string) %}
        {% do faults.append('reporting_currency is ' ~ currency ~ '. Expected a code of three letters, such as EUR, or nothing.') %}
    {% endif %}
    {% for name in ('history_start', 'closed_through') if var(name) is not none and var(name) != '' and not is_day(var(name) | string) %}
        {% do faults.append(name ~ ' is ' ~ var(name) ~ '. Expected a day, YYYY-MM-DD, or nothing.') %}
    {% endfor %}
    {% if not is_time_zone(var('reporting_timezone') | string) %}
        {% do faults.append('reporting_timezone is ' ~ var('reporting_timezone') ~ '. Expected a name such as UTC or Europe/Berlin.') %}
    {% endif %}
    {{ return(faults) }}
{% endmacro %}

{# Whether the engine knows a time zone by this name. #}
{% macro is_time_zone(name) %}
    {% if not modules.re.fullmatch('[A-Za-z][A-Za-z0-9_+/-]*', name) %}{{ return(false) }}{% endif %}
    {{ return(adapter.dispatch('is_time_zone', 'customer_success')(name)) }}
{% endmacro %}

{% macro default__is_time_zone(name) %}
    {{ return(run_query("select 1 as one from pg_timezone_names where name = '" ~ name ~ "'").rows | length > 0) }}
{% endmacro %}

{% macro duckdb__is_time_zone(name) %}
    {{ return(run_query("select 1 as one from pg_timezone_names() where name = '" ~ name ~ "'").rows | length > 0) }}
{% endmacro %}

{# Spark takes names and offsets of its own for zones, too: the names that everybody has count. #}
{% macro spark__is_time_zone(name) %}
    {{ return(name in modules.pytz.all_timezones) }}
{% endmacro %}

{#
    Language and polarity of every text of a relation: text, language (ISO 639-1, `und` where it cannot be told), polarity (-1 to 1, null where the
    language is not scored). DuckDB calls the Python function of nlp/duckdb_functions.py; an engine that cannot reads schema `nlp`, table
    `text_scores`, with these three columns; a text that is not there is unscored.

    Argument: relation, a CTE with a column `text` of distinct texts.
#}
{% macro text_scores(relation) -%}
    {{ adapter.dispatch('text_scores', 'customer_success')(relation) }}
{%- endmacro %}

{% macro duckdb__text_scores(relation) -%}
    select
        text,
        score.language as language,
        cast(score.polarity as decimal(38, 10)) as polarity

    from (
        select
            text,
            text_sentiment(text) as score
        from {{ relation }}
    ) as scored
{%- endmacro %}

{% macro default__text_scores(relation) -%}
    {%- set scores = load_relation(source('nlp', 'text_scores')) if execute -%}
    select
        texts.text,
        {{ "coalesce(scores.language, 'und')" if scores else "cast('und' as varchar)" }} as language,
        cast({{ 'scores.polarity' if scores else 'null' }} as decimal(38, 10)) as polarity

    from {{ relation }} as texts
    {{ 'left join ' ~ scores ~ ' as scores on texts.text = scores.text' if scores }}
{%- endmacro %}

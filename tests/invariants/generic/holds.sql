{# A condition is true of every row; a row on which it is null fails too. Argument: condition, SQL. #}
{% test holds(model, condition) %}
select * from {{ model }}
where not coalesce({{ condition }}, false)
{% endtest %}

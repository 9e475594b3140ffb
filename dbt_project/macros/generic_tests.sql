{% test unique_combination(model, columns) %}
    select {{ columns | join(', ') }}
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}

{% test not_negative(model, column_name) %}
    select {{ column_name }}
    from {{ model }}
    where {{ column_name }} < 0
{% endtest %}

{# Both bounds belong to the range; either may be left out. Nulls pass. #}
{% test accepted_range(model, column_name, min_value=none, max_value=none) %}
    select {{ column_name }}
    from {{ model }}
    where
        false
        {% if min_value is not none %}or {{ column_name }} < {{ min_value }}{% endif %}
        {% if max_value is not none %}or {{ column_name }} > {{ max_value }}{% endif %}
{% endtest %}

{# A foreign key by several columns, so that the account takes part in it. Rows with a null in the key pass. #}
{% test references(model, columns, to, to_columns=none) %}
    {% set far = to_columns or columns %}
    select {{ columns | join(', ') }}
    from (select * from {{ model }}) as child
    where
        {% for c in columns %}child.{{ c }} is not null and {% endfor %}
        not exists (
            select 1
            from {{ to }} as parent
            where {% for c in columns %}parent.{{ far[loop.index0] }} = child.{{ c }}{% if not loop.last %} and {% endif %}{% endfor %}
        )
{% endtest %}

{# Holds for every row. #}
{% test holds(model, expression) %}
    select *
    from {{ model }}
    where not ({{ expression }})
{% endtest %}

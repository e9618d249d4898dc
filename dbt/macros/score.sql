{% macro score(model, relation, name="score", function="predict", class=none) -%}
{%- set known = ["predict", "predict_class", "predict_proba", "probability"] -%}
{%- if function not in known -%}
    {{ exceptions.raise_compiler_error("orchard.score: there is no function \"" ~ function ~ "\"; there are " ~ known | join(", ")) }}
{%- endif -%}
{%- if (function == "probability") != (class is not none) -%}
    {{ exceptions.raise_compiler_error("orchard.score: the function probability and the argument class go together") }}
{%- endif -%}
select
    t.*,
    orchard.{{ function }}({{ orchard.model_expression(model) }}, {% if class is not none %}{{ orchard.text_literal(class) }}, {% endif %}t) as {{ adapter.quote(name) }}
from {{ relation }} as t
{%- endmacro %}

{% macro explain_top(model, relation, key, k=3) -%}
select
    {{ orchard.column_list(key, "t") | replace(", ", ",\n    ") }},
    e.place,
    e.feature,
    e.value,
    e.contribution
from {{ relation }} as t
cross join lateral (
    select
        x.feature,
        x.value,
        x.contribution,
        row_number() over (order by abs(x.contribution) desc, x.feature asc) as place
    from orchard.explain({{ orchard.model_expression(model) }}, t) as x
    where x.feature <> '(base)'
    order by place asc
    limit {{ k | int }}
) as e
{%- endmacro %}

{% macro metrics(relation, label, prediction="score", names=["roc_auc", "log_loss"], by=[]) -%}
{%- set by = orchard.as_list(by) -%}
select
{%- for name in by %}
    t.{{ adapter.quote(name) }},
{%- endfor %}
    count(*) as n
{%- for name in orchard.as_list(names) %},
    orchard.{{ name }}(t.{{ adapter.quote(label) }}, t.{{ adapter.quote(prediction) }}) as {{ adapter.quote(name) }}
{%- endfor %}
from {{ relation }} as t
{%- if by %}
group by {{ orchard.column_list(by, "t") }}
{%- endif %}
{%- endmacro %}

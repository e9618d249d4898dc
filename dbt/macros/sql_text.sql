{#- Pieces of SQL that the other macros share. -#}

{#- A value as a text literal, whatever the value of standard_conforming_strings. -#}
{% macro text_literal(value) -%}
{%- if value is none -%}null::text{%- else -%}
{%- set text = value | string -%}
{{ "E" if "\\" in text else "" }}'{{ text | replace("\\", "\\\\") | replace("'", "''") }}'
{%- endif -%}
{%- endmacro %}

{#- A dict or list as a jsonb literal, with its keys in order, so that equal options are equal text. -#}
{% macro json_literal(value) -%}
{%- set text = tojson(value, sort_keys=true) -%}
{%- if text is none -%}
    {{ exceptions.raise_compiler_error("orchard: options are numbers, strings, booleans, lists and dicts of them, not " ~ value) }}
{%- endif -%}
{{ orchard.text_literal(text) }}::jsonb
{%- endmacro %}

{#- One name or a list of them, as a list. -#}
{% macro as_list(value) -%}
{%- if value is none -%}{{ return([]) }}{%- endif -%}
{{ return([value] if value is string else (value | list)) }}
{%- endmacro %}

{#- t."a", t."b" -#}
{% macro column_list(names, alias=none) -%}
{%- for name in orchard.as_list(names) -%}
{{ ", " if not loop.first }}{{ alias ~ "." if alias }}{{ adapter.quote(name) }}
{%- endfor -%}
{%- endmacro %}

{#- Refuses what cannot be asked about: a relation that stands only in the text of its readers. -#}
{% macro require_stored(relation, macro_name) -%}
{%- if relation is not string and relation.is_cte -%}
    {{ exceptions.raise_compiler_error("orchard." ~ macro_name ~ ": the model " ~ relation.identifier ~ " is ephemeral; make it a view or a table") }}
{%- endif -%}
{%- endmacro %}

{#- A relation, or the text of a SELECT, as a SELECT that the database can be given as text. -#}
{% macro source_query(source) -%}
{{ return((source | trim) if source is string else "select * from " ~ source) }}
{%- endmacro %}

{#- Whether this run makes tables; elsewhere (compile, docs) a relation may not be there yet. -#}
{% macro exists(relation) -%}
{{ return(execute and load_relation(relation) is not none) }}
{%- endmacro %}

{#- A trained model inside an expression: of a fit node, or a registered one by its reference. -#}
{% macro model_expression(model) -%}
{%- if model is string -%}{{ orchard.text_literal(model) }}{%- else -%}(select m.model from {{ model }} as m){%- endif -%}
{%- endmacro %}

{#- The reference of the deployed version of a registered model; the alias is the target's name unless given. -#}
{% macro deployed(name, alias=none) -%}
{{ return(name ~ "@" ~ (alias or target.name)) }}
{%- endmacro %}

{#- Whether more of the metric is better; an error for a name that says neither. -#}
{% macro is_higher_better(metric, higher_is_better=none) -%}
{%- set higher = ["roc_auc", "pr_auc", "roc_auc_ovr", "ks", "accuracy", "precision", "recall", "f1", "f1_macro", "f1_weighted", "mcc", "r2", "d2"] -%}
{%- set lower = ["rmse", "mae", "mape", "log_loss", "brier", "pinball", "mean_deviance"] -%}
{%- if higher_is_better is not none -%}{{ return(higher_is_better) }}{%- endif -%}
{%- if metric not in higher and metric not in lower -%}
    {{ exceptions.raise_compiler_error("orchard: say with higher_is_better whether more of the metric \"" ~ metric ~ "\" is better") }}
{%- endif -%}
{{ return(metric in higher) }}
{%- endmacro %}

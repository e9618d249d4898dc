{% test null_share(model, column_name, at_most) %}
select q.*
from (
    select avg((t.{{ adapter.quote(column_name) }} is null)::int) as null_share
    from {{ model }} as t
) as q
where q.null_share > {{ at_most }}
{% endtest %}

{#- The share of rows with a category that the training of the model never saw. -#}
{% test unseen_category_share(model, column_name, trained, at_most=0) %}
with known as (
    select f.levels || f.pooled_levels as levels
    from (select {{ "orchard.load_model(" ~ orchard.text_literal(trained) ~ ")" if trained is string else orchard.model_expression(trained) }} as model) as m
    cross join lateral orchard.features(m.model) as f
    where f.feature = {{ orchard.text_literal(column_name) }} and f.levels is not null
),

counted as (
    select
        avg((not t.{{ adapter.quote(column_name) }}::text = any(k.levels))::int) as unseen_share,
        (select count(*) from known) as categorical_features
    from {{ model }} as t
    left join known as k on true
)

select c.*
from counted as c
where c.categorical_features = 0 or c.unseen_share > {{ at_most }}
{% endtest %}

{#-
  The population stability index of a column against the scores that the model gives its training rows:
  the sum over their quantile bins of (share - training share) * ln(share / training share).  An empty
  bin counts as half a row.  Below 0.1 is taken for stable, above 0.25 for another population.
-#}
{% test score_distribution(model, column_name, trained, training, at_most=0.25, bins=10) %}
with reference as materialized (
    select orchard.predict({{ orchard.model_expression(trained) }}, t)::float8 as score
    from {{ training }} as t
),

cuts as (
    select array(
        select distinct unnest(percentile_disc(array(select i::float8 / {{ bins | int }} from generate_series(1, {{ bins | int }} - 1) as i)) within group (order by r.score))
        from reference as r
        order by 1
    ) as at
),

shares as (
    select
        b.bin,
        greatest(count(*) filter (where b.is_reference), 0.5) / (select count(*) from reference) as training_share,
        greatest(count(*) filter (where not b.is_reference), 0.5) / (select greatest(count(*), 1) from {{ model }}) as share
    from (
        select true as is_reference, width_bucket(r.score, c.at) as bin
        from reference as r
        cross join cuts as c
        union all
        select false as is_reference, width_bucket(t.{{ adapter.quote(column_name) }}::float8, c.at) as bin
        from {{ model }} as t
        cross join cuts as c
    ) as b
    group by b.bin
),

measured as (
    select
        sum((s.share - s.training_share) * ln(s.share / s.training_share)) as stability_index,
        sum(s.share) as rows_seen
    from shares as s
)

select m.*
from measured as m
where coalesce(m.stability_index > {{ at_most }}, true) or (select count(*) from {{ model }}) = 0
{% endtest %}

{#- The columns of sampled rows of a query that differ when the sources are as they were at the time of the row. -#}
{% macro leaks(query, sources, keys, moment=none, ignore=[], sample=100, seed=42) -%}
{%- set options = [] -%}
{%- for source in sources -%}{%- do options.append(orchard.source_option(source, "leaks")) -%}{%- endfor -%}
select l.*
from orchard.assert_no_leak(
    {{ orchard.text_literal(orchard.source_query(query)) }},
    {{ orchard.json_literal(options) }},
    array[{% for key in orchard.as_list(keys) %}{{ orchard.text_literal(key) }}{{ ", " if not loop.last }}{% endfor %}]::text[],
    sample => {{ sample | int }},
    seed => {{ seed | int }},
    moment => {{ orchard.text_literal(moment) }},
    ignore => array[{% for name in orchard.as_list(ignore) %}{{ orchard.text_literal(name) }}{{ ", " if not loop.last }}{% endfor %}]::text[]
) as l
{%- endmacro %}

{% test no_leak(model, sources, keys, moment=none, ignore=[], sample=100, seed=42) %}
{{- orchard.require_stored(model, "no_leak") -}}
{%- if execute -%}
    {%- set relation = load_relation(model) -%}
    {%- if relation is not none and not relation.is_view -%}
        {{ exceptions.raise_compiler_error("orchard.no_leak: " ~ model.identifier ~ " is a table, and how it was made cannot be seen in it; test the view that it is made of, or the query, with orchard.leaks") }}
    {%- endif -%}
{%- endif -%}
{{ orchard.leaks(model, sources, keys, moment, ignore, sample, seed) }}
{% endtest %}

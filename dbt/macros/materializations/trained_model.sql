{#-
  trained_model: a table with what orchard.fit or orchard.recipe makes, one row or one a group of "by".

  The body is one SELECT that trains.  Asked for its other columns alone it does not, since PostgreSQL
  leaves out the aggregates of a subquery that nobody reads: that is how the digest of the rows is had.
  Groups of which rows, target, options and age say that nothing changed keep their row.  The others are
  deleted and inserted in place, not by swapping tables, so that views on this one stay; readers see the
  old models until the transaction ends.
-#}

{% macro known_columns() -%}
{{ return(["model", "recipe", "target", "options", "data_digest", "training_rows", "trained_at", "max_age"]) }}
{%- endmacro %}

{#- The row of a group, as one value that can be compared. -#}
{% macro group_key(by, alias) -%}
jsonb_build_array({{ orchard.column_list(by, alias) }})
{%- endmacro %}

{#- An empty table with the columns of the body. -#}
{% macro create_layout(layout, sql) -%}
    {% call statement("layout") -%}
        create temporary table {{ layout }} as
        select f.* from ({{ sql }}) as f
        with no data
    {%- endcall %}
{%- endmacro %}

{#- Whether the relation has the columns of the layout, no more, in whatever order. -#}
{% macro has_layout(relation, layout) -%}
    {%- set columns = "(select string_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod), ', ' order by attname) from pg_attribute where attnum > 0 and not attisdropped and attrelid = " -%}
    {%- set answer = run_query("select " ~ columns ~ orchard.text_literal(relation) ~ "::regclass) = " ~ columns ~ orchard.text_literal(layout) ~ "::regclass)") -%}
    {{ return(answer.rows[0][0]) }}
{%- endmacro %}

{#- A temporary table of the groups to train or to delete, and why. -#}
{% macro create_plan(plan, relation, sql, by, artefact, full_refresh) -%}
    {% call statement("plan") -%}
        create temporary table {{ plan }} as
        select
            coalesce(n.group_key, k.group_key) as group_key,
            n.group_key is not null as is_wanted,
            case
                when n.group_key is null then 'the group has no rows any more'
                when k.group_key is null then {{ orchard.text_literal("the group is new" if by else "there is no " ~ artefact ~ " yet") }}
                {%- if full_refresh %}
                when true then '--full-refresh'
                {%- endif %}
                when not k.is_there then 'there is no {{ artefact }} yet'
                when k.target is distinct from n.target then 'the target changed'
                when k.options is distinct from n.options then 'the options changed'
                when k.data_digest is distinct from n.data_digest then 'the data changed'
                when k.trained_at < now() - n.max_age then 'it is older than ' || n.max_age
            end as reason
        from (
            select {{ orchard.group_key(by, "f") }} as group_key, f.target, f.options, f.data_digest, f.max_age
            from ({{ sql }}) as f
        ) as n
        full join (
            select {{ orchard.group_key(by, "f") }} as group_key, f.{{ artefact }} is not null as is_there, f.target, f.options, f.data_digest, f.trained_at
            from {{ relation }} as f
        ) as k on n.group_key = k.group_key
    {%- endcall %}
{%- endmacro %}

{#- "the data changed", or with groups "3 of 12: the data changed (2), the group is new (1)". -#}
{% macro plan_reasons(plan, by) -%}
    {%- set rows = run_query("select reason, count(*) as n, sum(count(*)) over () as total from " ~ plan ~ " group by reason order by n desc, reason").rows -%}
    {%- set changed = rows | rejectattr("0", "none") | list -%}
    {%- if not changed -%}{{ return("") }}{%- endif -%}
    {%- if not by -%}{{ return(changed[0][0]) }}{%- endif -%}
    {%- set words = [] -%}
    {%- for row in changed -%}{%- do words.append(row[0] ~ " (" ~ row[1] ~ ")") -%}{%- endfor -%}
    {{ return(changed | sum(attribute="1") ~ " of " ~ rows[0][2] ~ " groups, " ~ words | join(", ")) }}
{%- endmacro %}

{#- No model is better than none at all in the place of a good one. -#}
{% macro require_trained(relation, artefact) -%}
    {%- set answer = run_query("select count(*) from " ~ relation ~ " where " ~ artefact ~ " is null") -%}
    {%- if answer.rows[0][0] > 0 -%}
        {{ exceptions.raise_compiler_error("orchard: there are no rows to train on; the " ~ artefact ~ " that was there stays") }}
    {%- endif -%}
{%- endmacro %}

{#- The description with what the model says of itself, for persist_docs. -#}
{% macro described_model(relation, artefact, node) -%}
    {%- set said = run_query(
        "select case when count(*) <> 1 then count(*) || ' trained, the last at ' || max(trained_at)"
        ~ (" else string_agg(concat(orchard.summary(model) ->> 'algorithm', ' for ' || target, ': ', orchard.summary(model) ->> 'rows', ' rows, ', (select count(*) from orchard.features(model)), ' features, trained at ', trained_at, ', data ', data_digest), '')" if artefact == "model"
           else " else string_agg(concat('recipe of ', training_rows, ' rows, ', cardinality(orchard.names(recipe)), ' numbers, fitted at ', trained_at), '')")
        ~ " end from " ~ relation).rows[0][0] -%}
    {%- set described = {} -%}
    {%- do described.update(node) -%}
    {%- do described.update({"description": ((node.description ~ "\n\n") if node.description else "") ~ said}) -%}
    {{ return(described) }}
{%- endmacro %}

{% materialization trained_model, adapter="postgres" -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type="table") -%}
    {%- set layout = make_temp_relation(target_relation, "__orchard_new") -%}
    {%- set plan = make_temp_relation(target_relation, "__orchard_plan") -%}
    {%- if config.get("contract") and config.get("contract").enforced -%}
        {{ exceptions.raise_compiler_error("orchard: the materialization trained_model has columns of its own and takes no contract") }}
    {%- endif -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {{ orchard.create_layout(layout, sql) }}
    {%- set names = adapter.get_columns_in_relation(layout) | map(attribute="name") | list -%}
    {%- set artefact = "recipe" if "recipe" in names else "model" -%}
    {%- if artefact not in names or "data_digest" not in names -%}
        {{ exceptions.raise_compiler_error("orchard: the body of a trained_model is a call of orchard.fit or orchard.recipe") }}
    {%- endif -%}
    {%- set by = names | reject("in", orchard.known_columns()) | list -%}

    {%- set reason = "" -%}
    {%- set is_in_place = existing is not none and existing.is_table -%}
    {%- if is_in_place -%}
        {#- Of two builds at a time the second waits and finds that nothing changed. -#}
        {%- do run_query("lock table " ~ existing ~ " in share row exclusive mode") -%}
        {%- set is_in_place = orchard.has_layout(existing, layout) -%}
        {%- if not is_in_place -%}{%- set reason = "its columns changed" -%}{%- endif -%}
    {%- else -%}
        {%- set reason = "there is no " ~ artefact ~ " yet" -%}
    {%- endif -%}
    {%- if is_in_place -%}
        {{ orchard.create_plan(plan, existing, sql, by, artefact, should_full_refresh()) }}
        {%- set reason = orchard.plan_reasons(plan, by) -%}
    {%- endif -%}
    {%- do log("orchard: " ~ this.identifier ~ (": training, since " ~ reason if reason else ": kept, nothing changed"), info=true) -%}

    {%- if not reason -%}
        {% call noop_statement("main", "KEPT", "KEPT", 0) -%}
            -- kept: rows, target, options and age say that nothing changed
        {%- endcall %}
    {%- elif is_in_place -%}
        {% call statement("main") -%}
            delete from {{ target_relation }} as f
            where {{ orchard.group_key(by, "f") }} in (select p.group_key from {{ plan }} as p where p.reason is not null);
            insert into {{ target_relation }} ({{ orchard.column_list(names) }})
            select {{ orchard.column_list(names, "f") }}
            from ({{ sql }}) as f
            {%- if by %}
            where {{ orchard.group_key(by, "f") }} = any(array(select p.group_key from {{ plan }} as p where p.reason is not null and p.is_wanted))
            {%- endif %}
        {%- endcall %}
    {%- else -%}
        {%- do drop_relation_if_exists(existing) -%}
        {% call statement("main") -%}
            {{ get_create_table_as_sql(False, target_relation, sql) }}
        {%- endcall %}
        {%- do create_indexes(target_relation) -%}
    {%- endif -%}
    {%- if reason -%}{{ orchard.require_trained(target_relation, artefact) }}{%- endif -%}
    {%- do run_query("drop table if exists " ~ layout ~ ", " ~ plan) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}

    {%- do apply_grants(target_relation, config.get("grants"), should_revoke=should_revoke(existing, full_refresh_mode=not is_in_place)) -%}
    {%- if config.persist_relation_docs() or config.persist_column_docs() -%}
        {%- do persist_docs(target_relation, orchard.described_model(target_relation, artefact, model)) -%}
    {%- endif -%}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({"relations": [target_relation]}) }}
{%- endmaterialization %}

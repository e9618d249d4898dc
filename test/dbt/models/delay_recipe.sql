{{ config(materialized="trained_model") }}

{{ orchard.recipe(ref("folded"), [
    {"columns": ["hour", "distance"], "transform": "standard"},
    {"column": "carrier", "transform": "target", "target": "late", "fold": "fold"}
]) }}

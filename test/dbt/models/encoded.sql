{{ config(materialized="view") }}

{{ orchard.transform(ref("delay_recipe"), ref("folded"), fold="fold", name="numbers") }}

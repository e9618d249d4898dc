{{ config(materialized="view") }}

{{ orchard.rolling(
    ref("stg_flights"),
    key=["origin", "carrier"],
    ts="scheduled_at",
    columns=["distance", "hour"],
    windows=["90 minutes", "2 days"],
    statistics=["count", "sum", "max"],
    prefix="past_"
) }}

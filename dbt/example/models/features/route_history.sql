-- How late the flights on the same route have been of late, at each departure.
{{ orchard.training_set(
    spine=ref("carrier_history"),
    keys="route",
    ts="scheduled_at",
    closed="both",
    sources=[{
        "relation": ref("landings"),
        "name": "route",
        "ts": "known_at",
        "aggregates": {"arr_delay": ["avg", "max", "count"]},
        "windows": ["24 hours", "7 days"]
    }]
) }}

-- How late the flights of the same aircraft have been of late, at each departure.
{{ orchard.training_set(
    spine=ref("route_history"),
    keys="tailnum",
    ts="scheduled_at",
    closed="both",
    sources=[{
        "relation": ref("landings"),
        "name": "tailnum",
        "ts": "known_at",
        "aggregates": {"arr_delay": ["avg", "max", "count"]},
        "windows": ["24 hours", "7 days"]
    }]
) }}

-- How late the flights of the same carrier have been of late, at each departure.
{{ orchard.training_set(
    spine=ref("departures"),
    keys="carrier",
    ts="scheduled_at",
    closed="both",
    sources=[{
        "relation": ref("landings"),
        "name": "carrier",
        "ts": "known_at",
        "aggregates": {"arr_delay": ["avg", "max", "count"]},
        "windows": ["3 hours", "24 hours"]
    }]
) }}

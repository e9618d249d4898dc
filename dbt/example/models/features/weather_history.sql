-- The weather of each hour and that of the hours before it.
{{ orchard.rolling(
    source("raw", "weather"),
    key="origin",
    ts="time_hour",
    columns=["precip", "wind_speed", "pressure"],
    windows=["6 hours", "24 hours"],
    statistics=["avg", "max"],
    closed="both"
) }}

-- window_check.sql: what makes a window slow, unstable or leak.

CREATE FUNCTION orchard.check_windows(query text, label text DEFAULT NULL,
	OUT severity text, OUT function text, OUT window_definition text, OUT problem text, OUT detail text, OUT hint text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'orchard_check_windows' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000 ROWS 5;
COMMENT ON FUNCTION orchard.check_windows(text, text)
IS 'plans a query without running it and tells which of its windows are slow, depend on the session, or show the label that is to be predicted';

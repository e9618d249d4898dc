-- shapes.sql: the tables of the fit and predict benches, and what measure.sql has.
\ir measure.sql

-- A table of n columns and a target; a share of the values is NULL.
CREATE FUNCTION make_rows(name text, n_rows int, n int, missing float8) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE (SELECT format('CREATE UNLOGGED TABLE %I AS SELECT g, %s, random() AS y FROM generate_series(1, %s) AS g',
			name, string_agg(format('CASE WHEN random() >= %s THEN %s * random() END AS c%s', missing, c, c), ', '), n_rows)
		FROM generate_series(1, n) AS c);
END $$;

-- The four shapes of a target: the named one, and three where it may be half as much again.
CREATE TABLE shapes (name text, n int, slack float8);
INSERT INTO shapes VALUES ('1M x 20', 20, 1), ('200k x 100', 100, 1.5), ('1M x 20, 30 % NULL', 20, 1.5), ('100k x 20', 20, 1.5);
SELECT setseed(0.5) \g /dev/null
SELECT make_rows('1M x 20', 1000000, 20, 0) \g /dev/null
SELECT make_rows('200k x 100', 200000, 100, 0) \g /dev/null
SELECT make_rows('1M x 20, 30 % NULL', 1000000, 20, 0.3) \g /dev/null
SELECT make_rows('100k x 20', 100000, 20, 0) \g /dev/null
VACUUM ANALYZE;

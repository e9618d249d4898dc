-- predict_values and predict_array: scoring for clients whose parameters have no types.
CREATE EXTENSION IF NOT EXISTS orchard;
SET client_min_messages = warning;

CREATE TABLE sold AS
SELECT i * 1.5::float8 AS area, (i % 4)::int AS rooms, (ARRAY['north', 'south', 'west'])[1 + i % 3] AS side, i % 5 = 0 AS garden,
	date '2020-01-01' + (i * 37) % 400 AS built, ARRAY[i % 7, i % 11]::float8[] AS near, 3.0 * i + 10 * (i % 4) + (i % 13) AS price
FROM generate_series(1, 300) AS i;
CREATE TABLE model AS
SELECT orchard.fit(s, 'price', '{"algorithm": "linear_regression"}') AS m,
	(SELECT orchard.fit(n, 'price', '{"algorithm": "linear_regression"}') FROM (SELECT area, rooms, price FROM sold) AS n) AS numbers
FROM sold AS s;
SELECT orchard.register('price', m) IS NOT NULL AS is_registered, orchard.register('price_numbers', numbers) IS NOT NULL FROM model;

-- By name and by position it is what predict gives for the row, by value and by name of the model.
SELECT count(*), bool_and(orchard.predict(m, s) = orchard.predict_values(m, to_jsonb(s))) AS by_name,
	bool_and(orchard.predict(m, s) = orchard.predict_values(m, jsonb_build_array(area, rooms, side, garden, built, near))) AS by_position,
	bool_and(orchard.predict('price', s) = orchard.predict_values('price', to_jsonb(s))) AS registered
FROM sold AS s, model;
SELECT bool_and(orchard.predict(numbers, s) = orchard.predict_array(numbers, ARRAY[area, rooms])) AS by_value,
	bool_and(orchard.predict(numbers, s) = orchard.predict_array('price_numbers', ARRAY[area, rooms])) AS by_name
FROM sold AS s, model;

-- Nulls are missing, further keys irrelevant, strings read as what the feature is.
SELECT orchard.predict_values(m, '{"area": null, "rooms": 1, "side": null, "garden": true, "built": null, "near": [1, null], "more": {}}')
	= orchard.predict(m, r) AS same_missing
FROM model, (SELECT NULL::float8 AS area, 1 AS rooms, NULL::text AS side, true AS garden, NULL::date AS built, ARRAY[1, NULL]::float8[] AS near) AS r;
SELECT orchard.predict_values(m, '["12.5", "2", "south", "false", "2020-06-01", ["1", 2]]') = orchard.predict(m, r) AS same_strings
FROM model, (SELECT 12.5::float8 AS area, 2 AS rooms, 'south' AS side, false AS garden, date '2020-06-01' AS built, ARRAY[1, 2]::float8[] AS near) AS r;
SELECT orchard.predict_values(m, NULL) IS NULL AS no_values, orchard.predict_values(NULL::orchard.model, '[]') IS NULL AS no_model FROM model;

-- A prepared statement needs no types.
PREPARE by_values AS SELECT orchard.predict_values('price_numbers', $1) = orchard.predict_array('price_numbers', $2) AS same;
EXECUTE by_values('{"area": 10, "rooms": 2}', '{10,2}');

-- What cannot be meant is refused.
SELECT orchard.predict_values(m, '{"area": 1}') FROM model;
SELECT orchard.predict_values(m, '[1, 2]') FROM model;
SELECT orchard.predict_values(m, '5') FROM model;
SELECT orchard.predict_values(numbers, '[true, 2]') FROM model;
SELECT orchard.predict_values(numbers, '["many", 2]') FROM model;
SELECT orchard.predict_values(m, '[1, 2, 3, true, null, [1, 2]]') FROM model;
SELECT orchard.predict_values(m, '[1, 2, "south", true, null, 7]') FROM model;
SELECT orchard.predict_values(m, '[1, 2, "south", true, null, [1, 2, 3]]') FROM model;
SELECT orchard.predict_values(m, '[1, 2, "south", true, "June", [1, 2]]') FROM model;
SELECT orchard.predict_array(m, '{1,2}') FROM model;
SELECT orchard.predict_values('nobody', '[]');
SELECT orchard.drop_model('price'), orchard.drop_model('price_numbers');
DEALLOCATE by_values;
DROP TABLE sold, model;

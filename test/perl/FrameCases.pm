# FrameCases.pm: the aggregates that 010_frames.pl compares over generated frames, and their references.
#
# A case has these fields; %w stands for "FILTER (...) OVER w", which varies from frame to frame, and
# %f for " AND f" where there is a filter, for a FILTER clause of the case's own:
#   name       what messages call it
#   ours       an expression of Orchard's aggregate, as 'orchard.median(x) %w'
#   reference  what it must equal, from built-ins alone, as 'median_of(array_agg(x) %w)'
#   same       when they are equal: a condition on a (ours), b (the reference) and s; near(a, b) if not given
#   scale      an expression whose value is s, as the size of the terms of a sum that may cancel
#   rounds     of these clauses in a hundred the case takes part in; 100 if not given
#
# Columns of a row: p partition, k sort key with ties and gaps, i number, f condition of the filter,
# x and y float8 (multiples of 1/8, NULL, some NaN and infinities), m integer (NULL, never special),
# ts timestamptz that grows with k, c text of few values.  Functions at hand: near(a, b) equal, or to
# 1e-12 of b; close_to(a, b, s) the same kind of result, and to 1e-12 of s where finite.
# A new room: write a sub that returns cases, list it in @rooms.
package FrameCases;

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT_OK = qw(frame_cases frame_setup);

# SQL that references need: functions of the test's own.
sub frame_setup
{
	return order_setup() . <<'SQL';
CREATE FUNCTION near(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS
	'SELECT a IS NOT DISTINCT FROM b OR coalesce(abs(a - b) <= 1e-12 * abs(b), false)';
CREATE FUNCTION close_to(a float8, b float8, s float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS
	'SELECT a IS NOT DISTINCT FROM b OR coalesce(abs(a - b) <= 1e-12 * s, false)';
CREATE FUNCTION last_of(a anyarray) RETURNS anyelement LANGUAGE sql IMMUTABLE AS 'SELECT a[cardinality(a)]';
CREATE FUNCTION last_k_of(a anyarray, k int) RETURNS anyarray LANGUAGE sql IMMUTABLE AS
	'SELECT CASE WHEN cardinality(a) > 0 THEN a[greatest(cardinality(a) - k + 1, 1):] END';
CREATE FUNCTION lags_of(x anyarray, k int) RETURNS anyarray LANGUAGE sql IMMUTABLE AS
	'SELECT array_agg(x[cardinality(x) - i] ORDER BY i) FROM generate_series(1, k) AS i WHERE x IS NOT NULL';
CREATE FUNCTION chosen_of(v text[], x float8[], sign int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE best int;
BEGIN
	FOR i IN 1 .. coalesce(cardinality(x), 0) LOOP
		IF x[i] IS NOT NULL AND (best IS NULL OR x[i] = x[best] OR (x[i] > x[best]) = (sign > 0)) THEN best := i; END IF;
	END LOOP;
	RETURN v[best];
END $$;
CREATE FUNCTION numeric_chosen_of(v text[], x numeric[], sign int) RETURNS text LANGUAGE sql IMMUTABLE AS
	'SELECT u FROM unnest(v, x) WITH ORDINALITY AS t(u, key, i) WHERE key IS NOT NULL ORDER BY sign * key DESC, i DESC LIMIT 1';
CREATE FUNCTION locf_of(v text[], ts timestamptz[], age interval) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	FOR i IN REVERSE coalesce(cardinality(v), 0) .. 1 LOOP
		IF v[i] IS NOT NULL THEN RETURN CASE WHEN ts[cardinality(ts)] - ts[i] <= age THEN v[i] END; END IF;
	END LOOP;
	RETURN NULL;
END $$;
CREATE FUNCTION streak_of(c boolean[]) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE known boolean[] := array_remove(c, NULL);
BEGIN
	RETURN (SELECT nullif(cardinality(known), 0) - coalesce(max(i), 0) FROM generate_subscripts(known, 1) AS i WHERE NOT known[i]);
END $$;
CREATE FUNCTION sessions_of(ts timestamptz[], gap interval) RETURNS bigint LANGUAGE sql IMMUTABLE AS
	'SELECT 1 + count(*) FILTER (WHERE ts[i] - ts[i - 1] > gap) FROM generate_subscripts(ts, 1) AS i HAVING count(*) > 0';
CREATE FUNCTION uptime_of(ts timestamptz[], gap interval) RETURNS float8 LANGUAGE sql IMMUTABLE AS
	'SELECT coalesce(sum(extract(epoch FROM least(ts[i] - ts[i - 1], gap))) FILTER (WHERE i > 1), 0)::float8 FROM generate_subscripts(ts, 1) AS i HAVING count(*) > 0';
CREATE FUNCTION above_of(ts timestamptz[], x float8[], level float8[]) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE total float8; last int;
BEGIN
	FOR i IN 1 .. coalesce(cardinality(x), 0) LOOP
		CONTINUE WHEN x[i] IS NULL OR level[i] IS NULL;
		IF x[i] = 'NaN' OR level[i] = 'NaN' THEN RETURN 'NaN'; END IF;
		total := coalesce(total, 0) + CASE WHEN x[last] > level[last] THEN extract(epoch FROM ts[i] - ts[last]) ELSE 0 END;
		last := i;
	END LOOP;
	RETURN total;
END $$;
CREATE FUNCTION crossings_of(d float8[]) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
	SELECT count(*) FILTER (WHERE up <> before) FROM
		(SELECT up, lag(up) OVER (ORDER BY i) AS before FROM
			(SELECT i, v > 0 AS up FROM unnest(d) WITH ORDINALITY AS u(v, i) WHERE v <> 'NaN') AS k) AS l
	HAVING count(*) > 0 $$;
CREATE FUNCTION counter_of(ts timestamptz[], x float8[], kind text) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE gained float8 := 0; resets int := 0; odd boolean := false; first int; last int; elapsed float8;
BEGIN
	FOR i IN 1 .. coalesce(cardinality(x), 0) LOOP
		CONTINUE WHEN x[i] IS NULL;
		IF x[i] IN ('NaN', 'Infinity', '-Infinity') THEN odd := true; CONTINUE; END IF;
		IF last IS NULL THEN first := i;
		ELSIF x[i] < x[last] THEN gained := gained + x[i]; resets := resets + 1;
		ELSE gained := gained + x[i] - x[last]; END IF;
		last := i;
	END LOOP;
	IF kind = 'resets' THEN RETURN CASE WHEN last IS NOT NULL THEN resets END; END IF;
	IF odd THEN RETURN 'NaN'; END IF;
	IF kind = 'delta' THEN RETURN CASE WHEN last IS NOT NULL THEN gained END; END IF;
	elapsed := nullif(extract(epoch FROM ts[last] - ts[first])::float8, 0);
	RETURN CASE WHEN kind = 'rate' THEN x[last] - x[first] ELSE gained END / elapsed;
END $$;
-- The same in numeric, where nothing is rounded, and levels.
CREATE FUNCTION exact_counter_of(ts timestamptz[], x numeric[], kind text) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE gained numeric := 0; resets int := 0; odd boolean := false; first int; last int; elapsed numeric;
BEGIN
	FOR i IN 1 .. coalesce(cardinality(x), 0) LOOP
		CONTINUE WHEN x[i] IS NULL;
		IF x[i] IN ('NaN', 'Infinity', '-Infinity') THEN odd := true; CONTINUE; END IF;
		IF last IS NULL THEN first := i;
		ELSIF x[i] < x[last] THEN gained := gained + x[i]; resets := resets + 1;
		ELSE gained := gained + x[i] - x[last]; END IF;
		last := i;
	END LOOP;
	IF kind = 'resets' THEN RETURN CASE WHEN last IS NOT NULL THEN resets END; END IF;
	IF odd THEN RETURN 'NaN'; END IF;
	IF kind = 'delta' THEN RETURN CASE WHEN last IS NOT NULL THEN gained END; END IF;
	elapsed := nullif(extract(epoch FROM ts[last] - ts[first]), 0);
	RETURN round(CASE WHEN kind = 'rate' THEN x[last] - x[first] ELSE gained END, 100) / elapsed;
END $$;
CREATE FUNCTION exact_above_of(ts timestamptz[], x numeric[], level numeric[]) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
	SELECT above_of(ts, array(SELECT CASE WHEN u IS NULL OR l IS NULL THEN NULL WHEN u = 'NaN' OR l = 'NaN' THEN 'NaN' ELSE (u > l)::int::float8 END FROM unnest(x, level) WITH ORDINALITY AS r(u, l, o) ORDER BY o),
		array(SELECT 0.0::float8 FROM unnest(x))) $$;
CREATE FUNCTION exact_crossings_of(x numeric[], level numeric) RETURNS bigint LANGUAGE sql IMMUTABLE AS
	'SELECT crossings_of(array(SELECT CASE WHEN u = ''NaN'' THEN ''NaN'' ELSE (u > level)::int::float8 END FROM unnest(x) WITH ORDINALITY AS r(u, o) WHERE u IS NOT NULL ORDER BY o))';
CREATE FUNCTION time_mean_of(ts timestamptz[], x float8[], is_linear boolean) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE area float8 := 0; odd boolean := false; first int; last int; elapsed float8;
BEGIN
	FOR i IN 1 .. coalesce(cardinality(x), 0) LOOP
		CONTINUE WHEN x[i] IS NULL;
		odd := odd OR x[i] IN ('NaN', 'Infinity', '-Infinity');
		IF last IS NULL THEN first := i;
		ELSE area := area + extract(epoch FROM ts[i] - ts[last])::float8 * CASE WHEN is_linear THEN (x[last] + x[i]) / 2 ELSE x[last] END; END IF;
		last := i;
	END LOOP;
	IF odd THEN RETURN 'NaN'; END IF;
	elapsed := extract(epoch FROM ts[last] - ts[first])::float8;
	RETURN CASE WHEN elapsed > 0 THEN area / elapsed ELSE x[last] END;
END $$;
CREATE FUNCTION cusum_of(x float8[], target float8[], slack float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE total float8; odd boolean := false;
BEGIN
	FOR i IN 1 .. coalesce(cardinality(x), 0) LOOP
		CONTINUE WHEN x[i] IS NULL OR target[i] IS NULL;
		odd := odd OR x[i] - x[i] + target[i] - target[i] = 'NaN';
		total := greatest(0, coalesce(total, 0) + x[i] - target[i] - slack);
	END LOOP;
	RETURN CASE WHEN odd THEN 'NaN' ELSE total END;
END $$;
CREATE FUNCTION weighted_of(x float8[], w float8[], kind text) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE sw float8; sww float8; swx float8; m2 float8 := 0; n int; odd boolean;
BEGIN
	SELECT count(*), sum(b), sum(b * b), sum(a * b), bool_or(a IN ('NaN', 'Infinity', '-Infinity')) INTO n, sw, sww, swx, odd FROM unnest(x, w) AS u(a, b) WHERE a IS NOT NULL AND b IS NOT NULL;
	IF kind = 'count' THEN RETURN coalesce(sw, 0); ELSIF kind = 'sum' THEN RETURN swx; ELSIF kind = 'avg' THEN RETURN swx / sw; END IF;
	IF n < 2 THEN RETURN NULL; ELSIF odd THEN RETURN 'NaN'; END IF;
	SELECT sum(b * (a - swx / sw) ^ 2) INTO m2 FROM unnest(x, w) AS u(a, b) WHERE a IS NOT NULL AND b IS NOT NULL;
	RETURN sqrt(m2 * sw / (sw * sw - sww));
END $$;
CREATE FUNCTION row_weights(n bigint, q float8) RETURNS float8[] LANGUAGE sql IMMUTABLE AS
	'SELECT array_agg(q ^ (n - i) ORDER BY i) FROM generate_series(1, n) AS i';
CREATE FUNCTION time_weights(ts timestamptz[], half_life interval) RETURNS float8[] LANGUAGE sql IMMUTABLE AS
	'SELECT array_agg(2.0::float8 ^ (extract(epoch FROM t - (SELECT max(u) FROM unnest(ts) AS u))::float8 / extract(epoch FROM half_life)::float8) ORDER BY i) FROM unnest(ts) WITH ORDINALITY AS v(t, i)';
CREATE FUNCTION circular_of(x int[], period float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN mean < 0 THEN mean + period ELSE mean END
	FROM (SELECT CASE WHEN sqrt(s ^ 2 + c ^ 2) > 1e-9 THEN atan2(s, c) / (2 * pi()) * period END AS mean
		FROM (SELECT avg(sin(a)) AS s, avg(cos(a)) AS c FROM (SELECT 2 * pi() * mod(v::numeric, period::numeric)::float8 / period AS a FROM unnest(x) AS v WHERE v IS NOT NULL) AS q) AS r) AS t $$;
CREATE FUNCTION circular_length_of(x int[], period float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS
	'SELECT sqrt(avg(sin(a)) ^ 2 + avg(cos(a)) ^ 2) FROM (SELECT 2 * pi() * mod(v::numeric, period::numeric)::float8 / period AS a FROM unnest(x) AS v WHERE v IS NOT NULL) AS q';
-- The moment of order k about the mean.
CREATE FUNCTION moment_of(x float8[], k int) RETURNS float8 LANGUAGE sql IMMUTABLE AS
	'SELECT avg((v - mean) ^ k) FROM unnest(x) AS v, (SELECT avg(v) AS mean FROM unnest(x) AS v) AS q';
CREATE FUNCTION autocorr_of(x float8[], lag int) RETURNS float8 LANGUAGE sql IMMUTABLE AS
	'SELECT corr(x[i + lag], x[i]) FROM generate_subscripts(x, 1) AS i';
SQL
}

# Drop-ins of one float8.
sub drop_ins
{
	return map { { name => $_, ours => "orchard.$_(x) %w", reference => "pg_catalog.$_(x) %w" } }
	  qw(sum avg var_pop var_samp variance stddev_pop stddev_samp stddev);
}

# The same of real: sums are as exact as those of double precision, and rounded once.
sub real_drop_ins
{
	return ({ name => 'sum(real)', ours => 'orchard.sum(x::real) %w', reference => '(pg_catalog.sum(x::real::float8) %w)::real', same => 'a IS NOT DISTINCT FROM b' },
		map { { name => "$_(real)", ours => "orchard.$_(x::real) %w", reference => "pg_catalog.$_(x::real) %w" } }
		qw(avg var_pop var_samp variance stddev_pop stddev_samp stddev));
}

# Results of the moments, from the accessors' formulae over arrays of the frame.
sub shapes
{
	my $finite = 'bool_and(x BETWEEN -1e9 AND 1e9) %w';
	return (
		{ name => 'range_of', ours => 'orchard.range_of(x) %w', reference => 'pg_catalog.max(x) %w - pg_catalog.min(x) %w' },
		{ name => 'rms', ours => 'orchard.rms(x) %w', reference => "CASE WHEN NOT $finite THEN 'NaN' ELSE sqrt(pg_catalog.avg(nullif(nullif(nullif(x, 'NaN'), 'Infinity'), '-Infinity') ^ 2) %w) END" },
		{ name => 'skewness', ours => "CASE WHEN $finite THEN orchard.skewness(m) %w END", reference => "CASE WHEN $finite AND moment_of(array_agg(m::float8) %w, 2) > 0 THEN moment_of(array_agg(m::float8) %w, 3) / moment_of(array_agg(m::float8) %w, 2) ^ 1.5 END", same => 'close_to(a, b, 1)', rounds => 30 },
		{ name => 'kurtosis', ours => "CASE WHEN $finite THEN orchard.kurtosis(m) %w END", reference => "CASE WHEN $finite AND moment_of(array_agg(m::float8) %w, 2) > 0 THEN moment_of(array_agg(m::float8) %w, 4) / moment_of(array_agg(m::float8) %w, 2) ^ 2 - 3 END", same => 'close_to(a, b, 10)', rounds => 30 },
		{ name => 'crest_factor', ours => 'orchard.crest_factor(m) %w', reference => 'pg_catalog.max(abs(m)) %w / nullif(sqrt(pg_catalog.avg(m::float8 ^ 2) %w), 0)', same => 'close_to(a, b, 1)' },
		{ name => 'cv', ours => 'orchard.cv(x) %w', reference => 'pg_catalog.stddev(x) %w / nullif(abs(pg_catalog.avg(x) %w), 0)', same => "close_to(a, b, greatest(abs(b), 1)) OR b = 'NaN' AND a = 'NaN'" });
}

# min and max return the very value.
sub extremes
{
	my @arguments = (
		'x', 'm', 'm::bigint', '(m % 1000)::smallint', 'x::float4',
		"date '2020-01-01' + m", "timestamp '2020-01-01' + m * interval '1 hour'",
		"timestamptz '2020-01-01 00:00Z' + m * interval '1 hour'",
		"(m % 7 + CASE WHEN f THEN 0.00 ELSE 0.000 END)", 'x::numeric', 'abs(m)::oid', '(m % 50)::money',
		"time '12:00' + m % 40 * interval '1 minute'", "timetz '12:00+00' + m % 40 * interval '1 minute'",
		"(m % 9 * CASE WHEN f THEN interval '30 days' ELSE interval '1 month' END)");
	my @cases;
	for my $argument (@arguments)
	{
		push @cases, map { {
			name => "$_($argument)", ours => "(orchard.$_($argument) %w)::text",
			reference => "(pg_catalog.$_($argument) %w)::text", same => 'a IS NOT DISTINCT FROM b' } } qw(min max);
	}
	return @cases;
}

# The accessors of stats against one built-in each.
sub summaries
{
	my %built_in = (n => 'nullif(count(x) %w, 0)', map { $_ => "pg_catalog.$_(x) %w" } qw(sum avg var_samp min max));
	return map { { name => "$_(stats)", ours => "orchard.$_(orchard.stats(x) %w)", reference => $built_in{$_} } } sort keys %built_in;
}

# Drop-ins of a pair.  Products cancel, so the scale is the size of what was summed; a side without
# spread is NULL in both, and the values here are such that the built-ins see that too.
sub pair_drop_ins
{
	my %scale = (
		corr => '1', covar_pop => '|xy| / n', covar_samp => '|xy| / n', regr_avgx => '|x|', regr_avgy => '|y|',
		regr_intercept => '(|y| + |x| * |xy| / xx)', regr_r2 => '1', regr_slope => '|xy| / xx', regr_sxx => 'xx', regr_sxy => '|xy|', regr_syy => 'yy');
	my %term = (
		'|xy|' => '(sqrt(pg_catalog.regr_sxx(y, x) %w) * sqrt(pg_catalog.regr_syy(y, x) %w))',
		'|x|' => '(pg_catalog.avg(abs(x)) %w)', '|y|' => '(pg_catalog.avg(abs(y)) %w)',
		'xx' => 'nullif(pg_catalog.regr_sxx(y, x) %w, 0)', 'yy' => '(pg_catalog.regr_syy(y, x) %w)', 'n' => '(pg_catalog.regr_count(y, x) %w)');
	my @cases = map { {
		name => $_, ours => "orchard.$_(y, x) %w", reference => "pg_catalog.$_(y, x) %w", same => 'close_to(a, b, s)',
		scale => $scale{$_} =~ s/(\|\w+\||\b(?:xx|yy|n)\b)/$term{$1}/gr } } sort keys %scale;
	return (@cases, { name => 'regr_count', ours => 'orchard.regr_count(y, x) %w', reference => 'pg_catalog.regr_count(y, x) %w' },
		map { {
			name => "$_->[0](stats)", ours => "orchard.$_->[0](orchard.stats(y, x) %w)", reference => $_->[1], same => 'close_to(a, b, s)', scale => $_->[2]
		} } ['n', 'nullif(pg_catalog.regr_count(y, x) %w, 0)', '0'], ['corr', 'pg_catalog.corr(y, x) %w', '1'],
		['var_samp_x', 'pg_catalog.var_samp(x) FILTER (WHERE y IS NOT NULL%f) OVER w', 'pg_catalog.regr_sxx(y, x) %w'],
		['stddev_pop_y', 'pg_catalog.stddev_pop(y) FILTER (WHERE x IS NOT NULL%f) OVER w', 'sqrt(pg_catalog.regr_syy(y, x) %w)']);
}

# Order statistics by sorting each frame, counts of values by grouping it.  (test/sql/order.sql holds quantile_of against percentile_cont,
# which knows no rule for infinite neighbours and sorts NaN last.)
sub order_setup
{
	return <<'SQL';
CREATE FUNCTION quantile_of(v float8[], p float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	s float8[] := array(SELECT u FROM unnest(v) AS u WHERE u IS NOT NULL ORDER BY u);
	place float8 := p * (cardinality(s) - 1);
	low float8 := s[floor(place)::int + 1];
	high float8 := s[ceil(place)::int + 1];
BEGIN
	RETURN CASE WHEN s[cardinality(s)] = 'NaN' OR (low = '-Infinity' AND high = 'Infinity') THEN 'NaN'
		WHEN low = high OR low = '-Infinity' THEN low
		WHEN high = 'Infinity' THEN high
		ELSE low + (place - floor(place)) * (high - low) END;
END $$;
CREATE FUNCTION iqr_of(v float8[]) RETURNS float8 LANGUAGE sql IMMUTABLE AS
	'SELECT CASE WHEN q1 = q3 AND q1 <> ''NaN'' THEN 0 ELSE q3 - q1 END FROM (SELECT quantile_of(v, 0.25) AS q1, quantile_of(v, 0.75) AS q3) AS q';
CREATE FUNCTION mad_of(v float8[]) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	m float8 := quantile_of(v, 0.5);
BEGIN
	RETURN CASE WHEN m = 'NaN' THEN m
		ELSE quantile_of(array(SELECT CASE WHEN u = m THEN 0 ELSE abs(u - m) END FROM unnest(v) AS u WHERE u IS NOT NULL), 0.5) END;
END $$;
CREATE FUNCTION rank_of(v float8[]) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN v[cardinality(v)] IS NULL THEN NULL WHEN bool_or(u = 'NaN') THEN 'NaN'
		ELSE (count(*) FILTER (WHERE u < v[cardinality(v)]) + (count(*) FILTER (WHERE u = v[cardinality(v)]) + 1) / 2.0) / count(u) END
	FROM unnest(v) AS u $$;
-- The same in numeric, where nothing is rounded.
CREATE FUNCTION exact_quantile_of(v numeric[], p numeric) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	s numeric[] := array(SELECT u FROM unnest(v) AS u WHERE u IS NOT NULL ORDER BY u);
	place numeric := p * (cardinality(s) - 1);
	low numeric := s[floor(place)::int + 1];
	high numeric := s[ceil(place)::int + 1];
BEGIN
	RETURN CASE WHEN s[cardinality(s)] = 'NaN' OR (low = '-Infinity' AND high = 'Infinity') THEN 'NaN'
		WHEN low = high OR low = '-Infinity' THEN low
		WHEN high = 'Infinity' THEN high
		ELSE low + (place - floor(place)) * (high - low) END;
END $$;
CREATE FUNCTION exact_iqr_of(v numeric[]) RETURNS numeric LANGUAGE sql IMMUTABLE AS
	'SELECT CASE WHEN q1 = q3 AND q1 <> ''NaN'' THEN 0 ELSE q3 - q1 END FROM (SELECT exact_quantile_of(v, 0.25) AS q1, exact_quantile_of(v, 0.75) AS q3) AS q';
CREATE FUNCTION exact_mad_of(v numeric[]) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	m numeric := exact_quantile_of(v, 0.5);
BEGIN
	RETURN CASE WHEN m = 'NaN' THEN m
		ELSE exact_quantile_of(array(SELECT CASE WHEN u = m THEN 0 ELSE abs(u - m) END FROM unnest(v) AS u WHERE u IS NOT NULL), 0.5) END;
END $$;
CREATE FUNCTION error_of(v float8[], p float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
	SELECT 0.0100001 * ((1 - f) * abs(s[k + 1]) + CASE WHEN f > 0 THEN f * abs(s[k + 2]) ELSE 0 END)
	FROM (SELECT s, floor(p * (cardinality(s) - 1))::int AS k, p * (cardinality(s) - 1) - floor(p * (cardinality(s) - 1)) AS f
		FROM (SELECT array(SELECT u FROM unnest(v) AS u WHERE u IS NOT NULL ORDER BY u) AS s) AS q) AS q $$;
CREATE FUNCTION distinct_of(v anyarray) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT count(DISTINCT u) FROM unnest(v) AS u';
CREATE FUNCTION mode_of(v anyarray) RETURNS anyelement LANGUAGE sql IMMUTABLE AS 'SELECT mode() WITHIN GROUP (ORDER BY u) FROM unnest(v) AS u';
CREATE FUNCTION entropy_of(v anyarray) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
	SELECT sum(-c / n * ln(c / n)) FROM (SELECT count(*)::float8 AS c, sum(count(*)) OVER ()::float8 AS n FROM unnest(v) AS u WHERE u IS NOT NULL GROUP BY u) AS q $$;
SQL
}

sub orders
{
	# Integers beyond 2^53, and numerics of more digits than float8 has.
	my $big = 'm * 5000000000000::bigint + 9007199254740993 + m % 3';
	my $long = "x::numeric * 1.000000000000000000001 + (i % 3) * '1e-25'::numeric";
	my @exact = map {
		my ($type, $value) = @$_;
		map { { name => "$_->[0]($type)", ours => "orchard.$_->[0]($value$_->[2]) %w", reference => "exact_$_->[1]_of(array_agg(($value)::numeric) %w$_->[2])",
				same => 'a IS NOT DISTINCT FROM b', rounds => 30 } } ([ 'median', 'quantile', '' ], [ 'quantile', 'quantile', ', 0.83' ], [ 'mad', 'mad', '' ], [ 'iqr', 'iqr', '' ]);
	} ([ 'bigint', $big ], [ 'numeric', $long ], [ 'numeric of one scale', 'round(x::numeric, 3)' ]);
	$_->{reference} =~ s/%w\)/%w, 0.5)/ foreach grep { $_->{name} =~ /^median/ } @exact;

	return (@exact,
		{ name => 'rank_of_last(numeric)', ours => "orchard.rank_of_last(x::numeric + '1e-25'::numeric) %w", reference => 'rank_of(array_agg(x) %w)', rounds => 50 },
		{ name => 'range_of(numeric)', ours => "orchard.range_of($long) %w", reference => "pg_catalog.max($long) %w - pg_catalog.min($long) %w", same => 'a IS NOT DISTINCT FROM b', rounds => 50 },
		{ name => 'median', ours => 'orchard.median(x) %w', reference => 'quantile_of(array_agg(x) %w, 0.5)', same => 'a IS NOT DISTINCT FROM b', rounds => 50 },
		{ name => 'median(integer)', ours => 'orchard.median(m) %w', reference => 'quantile_of(array_agg(m::float8) %w, 0.5)', same => 'a IS NOT DISTINCT FROM b', rounds => 30 },
		{ name => 'quantile', ours => 'orchard.quantile(x, 0.83) %w', reference => 'quantile_of(array_agg(x) %w, 0.83)', rounds => 50 },
		{ name => 'mad', ours => 'orchard.mad(x) %w', reference => 'mad_of(array_agg(x) %w)', rounds => 50 },
		{ name => 'iqr', ours => 'orchard.iqr(x) %w', reference => 'iqr_of(array_agg(x) %w)', rounds => 50 },
		{ name => 'rank_of_last', ours => 'orchard.rank_of_last(x) %w', reference => 'rank_of(array_agg(x) %w)', rounds => 50 },
		{ name => 'rank_of_last(bigint)', ours => 'orchard.rank_of_last(m * 5000000000000::bigint + m % 3) %w', reference => 'rank_of(array_agg(m::float8) %w)', rounds => 50 },
		{ name => 'range_of(bigint)', ours => 'orchard.range_of(m * 5000000000000::bigint + m % 3) %w', reference => 'pg_catalog.max(m * 5000000000000::bigint + m % 3) %w - pg_catalog.min(m * 5000000000000::bigint + m % 3) %w', same => 'a IS NOT DISTINCT FROM b', rounds => 50 });
}

# What depends on the order of the rows.
sub in_order
{
	my @pairs = (
		[ 'first_value_of(x)', '(array_remove(array_agg(x) %w, NULL))[1]' ],
		[ 'first_value_of(c)', '(array_remove(array_agg(c) %w, NULL))[1]' ],
		[ 'last_value_of(x)', 'last_of(array_remove(array_agg(x) %w, NULL))' ],
		[ 'last_value_of(c)', 'last_of(array_remove(array_agg(c) %w, NULL))' ],
		[ 'locf(m)', 'last_of(array_remove(array_agg(m) %w, NULL))' ],
		[ "locf(c, ts, '3 hours')", "locf_of(array_agg(c) %w, array_agg(ts) %w, '3 hours')" ],
		[ 'last_k(c, 3)', 'last_k_of(array_remove(array_agg(c) %w, NULL), 3)' ],
		[ 'last_k(x, 1)', 'last_k_of(array_remove(array_agg(x) %w, NULL), 1)' ],
		[ 'lags(x, 4)', 'lags_of(array_agg(x) %w, 4)' ],
		[ 'argmax(c, x)', 'chosen_of(array_agg(c) %w, array_agg(x) %w, 1)' ],
		[ 'argmin(i::text, x)', 'chosen_of(array_agg(i::text) %w, array_agg(x) %w, -1)' ],
		[ 'argmax(i, m::bigint)', 'chosen_of(array_agg(i::text) %w, array_agg(m::float8) %w, 1)' ],
		[ 'argmax(i, (m % 17 + (m / 100000.0)) * 1e30)', 'numeric_chosen_of(array_agg(i::text) %w, array_agg((m % 17 + (m / 100000.0)) * 1e30) %w, 1)' ],
		[ 'argmin(c, x::numeric)', 'chosen_of(array_agg(c) %w, array_agg(x) %w, -1)' ],
		[ 'argmin(c, ts)', 'chosen_of(array_agg(c) %w, array_agg(extract(epoch FROM ts)::float8) %w, -1)' ],
		[ 'since(ts, x > y)', 'extract(epoch FROM last_of(array_agg(ts) %w) - max(CASE WHEN x > y THEN ts END) %w)::float8' ],
		[ 'streak(x > y)', 'streak_of(array_agg(x > y) %w)' ],
		[ "session_id(ts, '3 hours')", "sessions_of(array_agg(ts) %w, '3 hours')" ],
		[ "uptime(ts, '3 hours')", "uptime_of(array_agg(ts) %w, '3 hours')" ],
		[ 'time_above(ts, x, y)', 'above_of(array_agg(ts) %w, array_agg(x) %w, array_agg(y) %w)' ],
		[ 'crossings(x)', 'crossings_of(array_agg(x) %w)' ],
		[ 'crossings(m, 50)', 'crossings_of(array_agg(m::float8 - 50) %w)' ]);

	return map { { name => $_->[0], ours => "(orchard.$_->[0] %w)::text", reference => "($_->[1])::text", same => 'a IS NOT DISTINCT FROM b' } } @pairs;
}

# Sketches, to the relative error of the values next to the place.
sub sketches
{
	return (
		{ name => 'n(qsketch)', ours => 'coalesce(orchard.n(orchard.qsketch(x) %w), 0)', reference => 'count(x) %w', rounds => 30 },
		(map { {
			name => "quantile(qsketch, $_)", ours => "orchard.quantile(orchard.qsketch(x) %w, $_)", reference => "quantile_of(array_agg(x) %w, $_)",
			scale => "error_of(array_agg(x) %w, $_)", same => 'a IS NOT DISTINCT FROM b OR abs(a - b) <= s', rounds => 30 } } 0.5, 0.97),
		{ name => 'median(qsketch(x, 0.05))', ours => 'orchard.median(orchard.qsketch(x, 0.05) %w)', reference => 'quantile_of(array_agg(x) %w, 0.5)',
			scale => '5 * error_of(array_agg(x) %w, 0.5)', same => 'a IS NOT DISTINCT FROM b OR abs(a - b) <= s', rounds => 30 });
}

# Counts of values, of three types.
sub counts
{
	return map { (
		{ name => "count_distinct($_)", ours => "orchard.count_distinct($_) %w", reference => "distinct_of(array_agg($_) %w)", same => 'a = b', rounds => 30 },
		{ name => "mode_value($_)", ours => "orchard.mode_value($_) %w", reference => "mode_of(array_agg($_) %w)", same => 'a IS NOT DISTINCT FROM b', rounds => 30 },
		{ name => "entropy($_)", ours => "orchard.entropy($_) %w", reference => "entropy_of(array_agg($_) %w)", same => 'close_to(a, b, 1)', rounds => 30 }) } qw(x m c);
}

# Decay by rows and by time, trends, counters and signals.
sub over_time
{
	my @near = (
		[ 'counter_delta(ts, x)', q{counter_of(array_agg(ts) %w, array_agg(x) %w, 'delta')} ],
		[ 'counter_rate(ts, x)', q{counter_of(array_agg(ts) %w, array_agg(x) %w, 'counter_rate')} ],
		[ 'counter_resets(ts, x)', q{counter_of(array_agg(ts) %w, array_agg(x) %w, 'resets')} ],
		[ 'rate(ts, x)', q{counter_of(array_agg(ts) %w, array_agg(x) %w, 'rate')} ],
		[ 'cusum(x, y, 0.5)', 'cusum_of(array_agg(x) %w, array_agg(y) %w, 0.5)' ],
		[ 'cusum(m, 20, 0)', 'cusum_of(array_agg(m::float8) %w, array_agg(20::float8) %w, 0)' ],
		[ "decayed_count(x, ts, '5 hours')", q{weighted_of(array_agg(x) %w, time_weights(array_agg(ts) %w, '5 hours'), 'count')} ]);
	my @close = (
		[ 'time_weighted_avg(ts, x)', 'time_mean_of(array_agg(ts) %w, array_agg(x) %w, false)' ],
		[ "time_weighted_avg(ts, x, 'linear')", 'time_mean_of(array_agg(ts) %w, array_agg(x) %w, true)' ],
		[ 'ewm_avg(x, 0.3)', q{weighted_of(array_agg(x) %w, row_weights(count(*) %w, 0.7), 'avg')} ],
		[ 'ewm_stddev(x, 0.3)', q{weighted_of(array_agg(x) %w, row_weights(count(*) %w, 0.7), 'stddev')} ],
		[ "decayed_sum(x, ts, '5 hours')", q{weighted_of(array_agg(x) %w, time_weights(array_agg(ts) %w, '5 hours'), 'sum')}, '100 * max(abs(x)) %w' ],
		[ "decayed_avg(x, ts, '5 hours')", q{weighted_of(array_agg(x) %w, time_weights(array_agg(ts) %w, '5 hours'), 'avg')} ],
		[ 'slope(x, ts)', q{regr_slope(x, extract(epoch FROM ts - '2024-01-01 00:00Z')::float8) %w} ],
		[ 'zscore(x)', q{(last_of(array_remove(array_agg(x) %w, NULL)) - pg_catalog.avg(x) %w) / nullif(pg_catalog.stddev(x) %w, 0)}, '10' ],
		[ 'autocorr(x, 1)', 'autocorr_of(array_agg(x) %w, 1)', '1' ],
		[ 'autocorr(x, 3)', 'autocorr_of(array_agg(x) %w, 3)', '1' ]);

	return (
		{ name => 'circular_mean(m, 10.7)', ours => 'orchard.circular_mean(m, 10.7) %w', reference => 'circular_of(array_agg(m) %w, 10.7)',
			same => 'close_to(a, b, s) OR abs(abs(a - b) - 10.7) < 1e-12 * s', # 0 and the period are one direction
			scale => '1000 / greatest(circular_length_of(array_agg(m) %w, 10.7), 1e-9)' }, # the shorter the mean, the less sure its direction
		(map { { name => $_->[0], ours => "orchard.$_->[0] %w", reference => $_->[1] } } @near),
		(map { { name => $_->[0], ours => "orchard.$_->[0] %w", reference => $_->[1], same => 'close_to(a, b, s)', scale => $_->[2] // 'max(abs(x)) %w' } } @close));
}

# Over time, of integers beyond 2^53 and of numerics of more digits than float8 has: nothing is rounded.
sub exact_over_time
{
	my @types = ([ 'bigint', 'm * 5000000000000::bigint + 9007199254740993 + m % 3', '9007199254740994' ],
		[ 'numeric', "x::numeric * 1.000000000000000000001 + (i % 3) * '1e-25'::numeric", '0.0000000000000000000000001' ]);
	return map {
		my ($type, $value, $level) = @$_;
		my @cases = (
			[ "lags($value, 4)", "lags_of(array_agg($value) %w, 4)" ],
			[ "crossings($value, $level)", "exact_crossings_of(array_agg(($value)::numeric) %w, $level)" ],
			[ "time_above(ts, $value, i * $level)", "exact_above_of(array_agg(ts) %w, array_agg(($value)::numeric) %w, array_agg((i * $level)::numeric) %w)" ],
			[ "counter_resets(ts, $value)", "exact_counter_of(array_agg(ts) %w, array_agg(($value)::numeric) %w, 'resets')" ],
			[ "counter_delta(ts, $value)", "trim_scale(exact_counter_of(array_agg(ts) %w, array_agg(($value)::numeric) %w, 'delta'))" ],
			[ "counter_rate(ts, $value)", "exact_counter_of(array_agg(ts) %w, array_agg(($value)::numeric) %w, 'counter_rate')::float8" ],
			[ "rate(ts, $value)", "exact_counter_of(array_agg(ts) %w, array_agg(($value)::numeric) %w, 'rate')::float8" ]);
		map { {
			name => ($_->[0] =~ s/\Q$value\E/$type/r), ours => "(orchard.$_->[0] %w)::text", reference => "($_->[1])::text", same => 'a IS NOT DISTINCT FROM b'
		} } @cases;
	} @types;
}

# What takes a time takes one without a time zone too, with the same result.
sub without_zone
{
	return map { +{
		%$_, name => "$_->{name} of timestamp", ours => $_->{ours} =~ s/\bts\b/(ts AT TIME ZONE 'UTC')/gr, rounds => 15
	} } grep { $_->{ours} =~ /\bts\b/ } (in_order(), over_time());
}

my @rooms = (\&drop_ins, \&real_drop_ins, \&shapes, \&extremes, \&summaries, \&pair_drop_ins, \&orders, \&in_order, \&counts, \&sketches, \&over_time, \&exact_over_time, \&without_zone);

sub frame_cases
{
	return map { $_->() } @rooms;
}

1;

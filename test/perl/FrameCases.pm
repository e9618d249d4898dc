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
CREATE FUNCTION lags_of(x float8[], k int) RETURNS float8[] LANGUAGE sql IMMUTABLE AS
	'SELECT array_agg(x[cardinality(x) - i] ORDER BY i) FROM generate_series(1, k) AS i WHERE x IS NOT NULL';
CREATE FUNCTION chosen_of(v text[], x float8[], sign int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE best int;
BEGIN
	FOR i IN 1 .. coalesce(cardinality(x), 0) LOOP
		IF x[i] IS NOT NULL AND (best IS NULL OR x[i] = x[best] OR (x[i] > x[best]) = (sign > 0)) THEN best := i; END IF;
	END LOOP;
	RETURN v[best];
END $$;
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
SQL
}

# Drop-ins of one float8.
sub drop_ins
{
	return map { { name => $_, ours => "orchard.$_(x) %w", reference => "pg_catalog.$_(x) %w" } }
	  qw(sum avg var_pop var_samp variance stddev_pop stddev_samp stddev);
}

# min and max return the very value.
sub extremes
{
	my @arguments = (
		'x', 'm', 'm::bigint', '(m % 1000)::smallint', 'x::float4',
		"date '2020-01-01' + m", "timestamp '2020-01-01' + m * interval '1 hour'",
		"timestamptz '2020-01-01 00:00Z' + m * interval '1 hour'");
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
	return (
		{ name => 'median', ours => 'orchard.median(x) %w', reference => 'quantile_of(array_agg(x) %w, 0.5)', same => 'a IS NOT DISTINCT FROM b', rounds => 50 },
		{ name => 'median(integer)', ours => 'orchard.median(m) %w', reference => 'quantile_of(array_agg(m::float8) %w, 0.5)', same => 'a IS NOT DISTINCT FROM b', rounds => 30 },
		{ name => 'quantile', ours => 'orchard.quantile(x, 0.83) %w', reference => 'quantile_of(array_agg(x) %w, 0.83)', rounds => 50 },
		{ name => 'mad', ours => 'orchard.mad(x) %w', reference => 'mad_of(array_agg(x) %w)', rounds => 50 },
		{ name => 'iqr', ours => 'orchard.iqr(x) %w', reference => 'iqr_of(array_agg(x) %w)', rounds => 50 },
		{ name => 'rank_of_last', ours => 'orchard.rank_of_last(x) %w', reference => 'rank_of(array_agg(x) %w)', rounds => 50 });
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
		map { {
			name => "quantile(qsketch, $_)", ours => "orchard.quantile(orchard.qsketch(x) %w, $_)", reference => "quantile_of(array_agg(x) %w, $_)",
			scale => "error_of(array_agg(x) %w, $_)", same => 'a IS NOT DISTINCT FROM b OR abs(a - b) <= s', rounds => 30 } } 0.5, 0.97);
}

# Counts of values, of three types.
sub counts
{
	return map { (
		{ name => "count_distinct($_)", ours => "orchard.count_distinct($_) %w", reference => "distinct_of(array_agg($_) %w)", same => 'a = b', rounds => 30 },
		{ name => "mode_value($_)", ours => "orchard.mode_value($_) %w", reference => "mode_of(array_agg($_) %w)", same => 'a IS NOT DISTINCT FROM b', rounds => 30 },
		{ name => "entropy($_)", ours => "orchard.entropy($_) %w", reference => "entropy_of(array_agg($_) %w)", same => 'close_to(a, b, 1)', rounds => 30 }) } qw(x m c);
}

my @rooms = (\&drop_ins, \&extremes, \&summaries, \&pair_drop_ins, \&orders, \&in_order, \&counts, \&sketches);

sub frame_cases
{
	return map { $_->() } @rooms;
}

1;

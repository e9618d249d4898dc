# 010_frames.pl: the moving drop-ins against the built-ins over generated frames.
#
# Tables hold ties, gaps, one-row partitions, NULL, NaN and infinities; values are multiples of 1/8,
# so that the built-ins are exact up to the last division.  Frame clauses cover each mode with each
# EXCLUDE, with and without FILTER.  ORCHARD_SEED replays a run.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{ORCHARD_SEED} // time % 1_000_000;
note "ORCHARD_SEED=$seed";
srand($seed);

my $node = PostgreSQL::Test::Cluster->new('frames');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\nmax_parallel_workers_per_gather = 0\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION orchard');

my $seed_fraction = $seed / 1_000_000;
$node->safe_psql('postgres', <<SQL);
SELECT setseed($seed_fraction);
CREATE TABLE t AS
SELECT p, i, (random() * size / 2)::int * 2 AS k, random() < 0.7 AS f,
	CASE WHEN random() < 0.1 THEN NULL
		WHEN kind = 1 AND random() < 0.1 THEN (ARRAY['NaN', 'Infinity', '-Infinity', '-0'])[ceil(random() * 4)]::float8
		WHEN kind = 2 AND random() < 0.9 THEN NULL
		WHEN kind = 3 THEN floor(random() * 3) - 1
		ELSE floor(random() * 8000 - 3000) / 8 * CASE WHEN random() < 0.05 THEN 512 ELSE 1 END
	END AS x
FROM (VALUES (1, 0, 150), (2, 1, 120), (3, 2, 60), (4, 3, 80), (5, 0, 1), (6, 1, 1), (7, 2, 1), (8, 0, 2), (9, 0, 7))
	AS g(p, kind, size), LATERAL generate_series(1, size) AS i;
ALTER TABLE t ADD COLUMN m int;
UPDATE t SET m = CASE WHEN x BETWEEN -1e6 AND 1e6 THEN x END;
CREATE FUNCTION near(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS
	'SELECT a IS NOT DISTINCT FROM b OR coalesce(abs(a - b) <= 1e-12 * abs(b), false)';
SQL

# One bound of a frame: its rank from UNBOUNDED PRECEDING (0) to UNBOUNDED FOLLOWING (4), and a text.
sub bound
{
	my ($rank) = @_;
	my $n = int(rand() < 0.7 ? rand(6) : rand(60));
	return (
		'UNBOUNDED PRECEDING', "$n PRECEDING", 'CURRENT ROW',
		"$n FOLLOWING", 'UNBOUNDED FOLLOWING')[$rank];
}

sub frame_clause
{
	my ($mode, $exclude) = @_;
	my $start = int(rand(4));
	my $end = $start + int(rand(5 - $start));
	$end = 1 if $end == 0;
	return "$mode BETWEEN " . bound($start) . ' AND ' . bound($end) . " $exclude";
}

my @aggregates = qw(sum avg var_pop var_samp variance stddev_pop stddev_samp stddev);
my @extremes = (
	'x', 'm', 'm::bigint', '(m % 1000)::smallint', 'x::float4',
	"date '2020-01-01' + m", "timestamp '2020-01-01' + m * interval '1 hour'",
	"timestamptz '2020-01-01 00:00Z' + m * interval '1 hour'");

my $rows = $node->safe_psql('postgres', 'SELECT count(*) FROM t');
my $frames = 0;
my %wrong;
for my $mode (qw(ROWS RANGE GROUPS))
{
	for my $exclude ('', 'EXCLUDE CURRENT ROW', 'EXCLUDE GROUP', 'EXCLUDE TIES', 'EXCLUDE NO OTHERS')
	{
		for my $repeat (1 .. ($exclude eq '' ? 6 : 2))
		{
			my $clause = frame_clause($mode, $exclude);
			my $filter = rand() < 0.5 ? 'FILTER (WHERE f)' : '';
			my (@columns, @checks, @names);
			for my $name (@aggregates)
			{
				push @columns, "orchard.$name(x) $filter OVER w AS o_$name",
				  "pg_catalog.$name(x) $filter OVER w AS b_$name";
				push @checks, "count(*) FILTER (WHERE NOT near(o_$name, b_$name))";
				push @names, $name;
			}
			for my $i (0 .. $#extremes)
			{
				for my $name (qw(min max))
				{
					push @columns, "orchard.$name($extremes[$i]) $filter OVER w AS o_$name$i",
					  "pg_catalog.$name($extremes[$i]) $filter OVER w AS b_$name$i";
					push @checks, "count(*) FILTER (WHERE o_$name$i\::text IS DISTINCT FROM b_$name$i\::text)";
					push @names, "$name($extremes[$i])";
				}
			}
			push @columns, "orchard.stats(x) $filter OVER w AS s", "count(x) $filter OVER w AS n";
			push @checks, <<CHECK;
count(*) FILTER (WHERE coalesce(orchard.n(s), 0) <> n OR NOT near(orchard.avg(s), b_avg)
	OR NOT near(orchard.sum(s), b_sum) OR NOT near(orchard.var_samp(s), b_var_samp)
	OR orchard.min(s) IS DISTINCT FROM b_min0 OR orchard.max(s) IS DISTINCT FROM b_max0)
CHECK
			push @names, 'stats';
			my $query =
			    'SELECT ' . join(', ', @checks)
			  . ' FROM (SELECT ' . join(', ', @columns)
			  . " FROM t WINDOW w AS (PARTITION BY p ORDER BY k $clause) OFFSET 0) AS s";
			my @counts = split /\|/, $node->safe_psql('postgres', $query);
			for my $i (0 .. $#names)
			{
				next if $counts[$i] == 0;
				$wrong{ $names[$i] }++;
				diag "$names[$i] $filter: $counts[$i] rows differ over ($clause)";
			}
			$frames += $rows;
		}
	}
}
cmp_ok($frames, '>=', 10_000, "$frames frames for each aggregate");
is($wrong{$_} // 0, 0, "$_ equals the built-in")
  for @aggregates, (map { ("min($_)", "max($_)") } @extremes), 'stats';

# Huge values: the same overflow errors, or the same kinds of result, frame by frame.  (The finite
# results differ where the built-in has lost small addends to cancellation and Orchard has not.)
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION outcome(name text, frame text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
	EXECUTE format('SELECT string_agg(CASE WHEN r IN (''NaN'', ''Infinity'', ''-Infinity'') THEN r::text'
		' WHEN r IS NULL THEN ''NULL'' ELSE ''finite'' END, '','' ORDER BY i)'
		' FROM (SELECT i, %s(x) OVER (ORDER BY i %s) AS r FROM huge) AS s', name, frame) INTO result;
	RETURN result;
EXCEPTION
	WHEN numeric_value_out_of_range THEN RETURN SQLSTATE;
END $$;
CREATE TABLE huge (i int, x float8);
SQL
my %differs;
my $outcomes = 0;
my $overflows = 0;
for my $round (1 .. 40)
{
	my $width = 1 + int(rand(3));
	my $frame = rand() < 0.2 ? 'ROWS UNBOUNDED PRECEDING' : "ROWS $width PRECEDING";
	my @values = map {
		(qw(1e308 -1e308 1e308 -1e308 1e200 -1e200 1e150 3 -7 NaN Infinity -Infinity))[ rand(12) ]
	} 1 .. 5;
	my $list = join ', ', map { "($_, '$values[$_]')" } 0 .. $#values;
	my $lines = join ' UNION ALL ', map {
		"SELECT '$_', outcome('orchard.$_', '$frame') AS o, outcome('pg_catalog.$_', '$frame')"
	} @aggregates;
	my $result = $node->safe_psql('postgres', "TRUNCATE huge; INSERT INTO huge VALUES $list; $lines");
	for my $line (split /\n/, $result)
	{
		my ($name, $ours, $theirs) = split /\|/, $line;
		$outcomes++;
		$overflows++ if $theirs eq '22003';
		next if $ours eq $theirs;
		$differs{$name}++;
		diag "$name over ($frame) of @values: $ours, built-in $theirs";
	}
}
cmp_ok($overflows, '>', 0, "$overflows of $outcomes outcomes are overflows");
is($differs{$_} // 0, 0, "$_ overflows as the built-in does") for @aggregates;

$node->stop;
done_testing();

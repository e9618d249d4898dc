# 010_frames.pl: every moving aggregate against its reference over generated frames.
#
# FrameCases.pm lists the aggregates.  The table holds ties, gaps, one-row partitions, NULL, NaN and
# infinities; values are multiples of 1/8, so that the built-ins are exact up to the last divisions.
# Frame clauses cover each mode with each EXCLUDE, with and without FILTER, and all pairs of bounds.
# A failure is shrunk to few rows and printed.  ORCHARD_SEED replays a run, ORCHARD_FRAMES sets the
# number of frame clauses.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use FrameCases qw(frame_cases frame_setup);

my $seed = $ENV{ORCHARD_SEED} || time % 1_000_000;
my $clauses = $ENV{ORCHARD_FRAMES} || 75;
note "ORCHARD_SEED=$seed";
srand($seed);

my $node = PostgreSQL::Test::Cluster->new('frames');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\nmax_parallel_workers_per_gather = 0\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION orchard');

my $seed_fraction = $seed / 1_000_000;
$node->safe_psql('postgres', frame_setup() . <<SQL);
SELECT setseed($seed_fraction);
CREATE FUNCTION some_value(kind int) RETURNS float8 LANGUAGE sql AS \$\$
	SELECT CASE WHEN random() < 0.1 THEN NULL
		WHEN kind = 1 AND random() < 0.1 THEN (ARRAY['NaN', 'Infinity', '-Infinity', '-0'])[ceil(random() * 4)]::float8
		WHEN kind = 2 AND random() < 0.9 THEN NULL
		WHEN kind = 3 THEN floor(random() * 3) - 1
		ELSE floor(random() * 8000 - 3000) / 8 * CASE WHEN random() < 0.05 THEN 512 ELSE 1 END
	END \$\$;
CREATE TABLE t AS
SELECT p, i, k, f, x, CASE WHEN kind = 0 AND random() < 0.5 THEN 2 * x - 5 ELSE some_value(kind) END AS y,
	CASE WHEN x BETWEEN -1e6 AND 1e6 THEN x::int END AS m,
	timestamptz '2024-01-01 00:00Z' + k * interval '1 hour' AS ts,
	CASE WHEN x BETWEEN -1e6 AND 1e6 THEN chr(97 + abs(x::int) % 5) END AS c
FROM (SELECT p, i, kind, (random() * size / 2)::int * 2 AS k, random() < 0.7 AS f, some_value(kind) AS x
	FROM (VALUES (1, 0, 60), (2, 1, 50), (3, 2, 30), (4, 3, 30), (5, 0, 1), (6, 1, 1), (7, 2, 1), (8, 0, 2), (9, 0, 7))
		AS g(p, kind, size), LATERAL generate_series(1, size) AS i OFFSET 0) AS s;
SQL

# One bound of a frame: its rank from UNBOUNDED PRECEDING (0) to UNBOUNDED FOLLOWING (4), and a text.
sub bound
{
	my ($rank) = @_;
	my $n = int(rand() < 0.7 ? rand(6) : rand(40));
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

# The columns a, b and s of a case under a number.
sub case_columns
{
	my ($case, $filter, $number) = @_;
	my @columns = ("$case->{ours} AS a$number", "$case->{reference} AS b$number");
	push @columns, "$case->{scale} AS s$number" if defined $case->{scale};
	my $and = $filter eq '' ? '' : ' AND f';
	return map { s/%w/$filter OVER w/gr =~ s/%f/$and/gr } @columns;
}

sub case_condition
{
	my ($case, $number) = @_;
	my $same = $case->{same} // 'near(a, b)';
	return $same =~ s/\b([abs])\b(?!\()/$1$number/gr;
}

sub frame_query
{
	my ($table, $clause, $result, @columns) = @_;
	return "SELECT $result FROM (SELECT p, k, i, " . join(', ', @columns)
	  . " FROM $table WINDOW w AS (PARTITION BY p ORDER BY k $clause) OFFSET 0) AS q";
}

# Takes rows away from the partition with the first difference as long as one remains; says what is left.
sub shrink
{
	my ($case, $clause, $filter) = @_;
	my @columns = case_columns($case, $filter, '');
	my $condition = 'NOT coalesce(' . case_condition($case, '') . ', false)';
	my $fails = sub { $node->safe_psql('postgres', frame_query('small', $clause, "count(*) FILTER (WHERE $condition)", @columns)) > 0 };
	my $first = frame_query('t', $clause, "min(p) FILTER (WHERE $condition)", @columns);

	$node->safe_psql('postgres', "DROP TABLE IF EXISTS small; CREATE TABLE small AS SELECT * FROM t WHERE p = ($first)");
	for my $i (split /\n/, $node->safe_psql('postgres', 'SELECT i FROM small ORDER BY i'))
	{
		$node->safe_psql('postgres', "DROP TABLE IF EXISTS removed; CREATE TABLE removed AS SELECT * FROM small WHERE i = $i; DELETE FROM small WHERE i = $i");
		$node->safe_psql('postgres', 'INSERT INTO small SELECT * FROM removed') unless $fails->();
	}
	diag "  rows (i, k, f, x, y): " . join(' ', map { "($_)" } split /\n/,
		$node->safe_psql('postgres', "SELECT concat_ws(', ', i, k, f, coalesce(x::text, 'NULL'), coalesce(y::text, 'NULL')) FROM small ORDER BY k, i"));
	diag "  at i = $_" for split /\n/, $node->safe_psql('postgres',
		frame_query('small', $clause, "i || ': ' || coalesce(a::text, 'NULL') || ', reference ' || coalesce(b::text, 'NULL')", @columns) . " WHERE $condition");
}

my @cases = frame_cases();
my $rows = $node->safe_psql('postgres', 'SELECT count(*) FROM t');
my @frames = (0) x @cases;
my @wrong = (0) x @cases;
for my $round (0 .. $clauses - 1)
{
	my $mode = (qw(ROWS RANGE GROUPS))[ $round % 3 ];
	my $exclude = ('', 'EXCLUDE CURRENT ROW', '', 'EXCLUDE GROUP', '', 'EXCLUDE TIES', '', 'EXCLUDE NO OTHERS')[ $round / 3 % 8 ];
	my $clause = frame_clause($mode, $exclude);
	my $filter = rand() < 0.5 ? 'FILTER (WHERE f)' : '';
	my @some = grep { rand(100) < ($cases[$_]->{rounds} // 100) } 0 .. $#cases;
	my @columns = map { case_columns($cases[$_], $filter, $_) } @some;
	my @checks = map { 'count(*) FILTER (WHERE NOT coalesce(' . case_condition($cases[$_], $_) . ', false))' } @some;
	my @counts = split /\|/, $node->safe_psql('postgres', frame_query('t', $clause, join(', ', @checks), @columns));

	for my $i (0 .. $#some)
	{
		my $case = $cases[ $some[$i] ];
		$frames[ $some[$i] ] += $rows;
		next if $counts[$i] == 0;
		$wrong[ $some[$i] ]++;
		diag "$case->{name} $filter: $counts[$i] rows differ over ($clause)" if $wrong[ $some[$i] ] <= 5;
		shrink($case, $clause, $filter) if $wrong[ $some[$i] ] <= 2;
	}
}
cmp_ok($rows * $clauses, '>=', 10_000, 'frames for each aggregate: ' . $rows * $clauses) unless $ENV{ORCHARD_FRAMES};
for my $i (0 .. $#cases)
{
	is($wrong[$i], 0, "$cases[$i]->{name} equals its reference over $frames[$i] frames");
}

# Huge values: the same overflow errors, or the same kinds of result, frame by frame.  (The finite
# results differ where the built-in has lost small addends to cancellation and Orchard has not.)
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION outcome(call text, frame text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
	EXECUTE format('SELECT string_agg(CASE WHEN r IN (''NaN'', ''Infinity'', ''-Infinity'') THEN r::text'
		' WHEN r IS NULL THEN ''NULL'' ELSE ''finite'' END, '','' ORDER BY i)'
		' FROM (SELECT i, %s OVER (ORDER BY i %s) AS r FROM huge) AS s', call, frame) INTO result;
	RETURN result;
EXCEPTION
	WHEN numeric_value_out_of_range THEN RETURN SQLSTATE;
END $$;
CREATE TABLE huge (i int, x float8, y float8, r real);
SQL
my @calls = ((map { "$_(x)" } qw(sum avg var_pop var_samp variance stddev_pop stddev_samp stddev)),
	(map { "$_(y, x)" } qw(covar_pop covar_samp regr_avgx regr_avgy regr_sxx regr_sxy regr_syy)), (map { "$_(r)" } qw(sum avg var_pop)));
my %differs;
my $outcomes = 0;
my $overflows = 0;
for my $round (1 .. 40)
{
	my $width = 1 + int(rand(3));
	my $frame = rand() < 0.2 ? 'ROWS UNBOUNDED PRECEDING' : "ROWS $width PRECEDING";
	my @values = map { (qw(1e308 -1e308 1e308 -1e308 1e200 -1e200 1e150 3 -7 NaN Infinity -Infinity))[ rand(12) ] } 1 .. 10;
	my @reals = map { (qw(3e38 -3e38 3e38 -3e38 2e38 1e27 -1e30 3 -7 NaN Infinity -Infinity))[ rand(12) ] } 0 .. 4;
	my $list = join ', ', map { "($_, '$values[$_]', '$values[9 - $_]', '$reals[$_]')" } 0 .. 4;
	my $lines = join ' UNION ALL ', map { "SELECT '$_', outcome('orchard.$_', '$frame') AS o, outcome('pg_catalog.$_', '$frame')" } @calls;
	my $result = $node->safe_psql('postgres', "TRUNCATE huge; INSERT INTO huge VALUES $list; $lines");
	for my $line (split /\n/, $result)
	{
		my ($call, $ours, $theirs) = split /\|/, $line;
		$outcomes++;
		$overflows++ if $theirs eq '22003';
		next if $ours eq $theirs;
		$differs{$call}++;
		diag "$call over ($frame) of @values, @reals: $ours, built-in $theirs";
	}
}
cmp_ok($overflows, '>', 0, "$overflows of $outcomes outcomes are overflows");
is($differs{$_} // 0, 0, "$_ overflows as the built-in does") for @calls;

$node->stop;
done_testing();

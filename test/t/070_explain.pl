# 070_explain.pl: what explain says of trained models is Shapley's formula: all 2^10 subsets of the features,
# from the rows that trees(model) shows and nothing else.
use strict;
use warnings;

use List::Util qw(max sum0);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('explain');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\nautovacuum = off\nfsync = off\nclient_min_messages = error\n");
$node->start;

# Ten features: numbers, some of them missing, whole numbers, times, texts, an enum and a boolean.
my @features = qw(a b c d e at span plan grade member);
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION orchard;
CREATE TYPE grade AS ENUM ('low', 'middle', 'high');
CREATE TABLE rows AS
SELECT i AS id, i * 37 % 101 / 7.0::float8 AS a, CASE WHEN i % 4 > 0 THEN i * 53 % 89 / 3.0 END AS b, i % 13 AS c,
	CASE WHEN i % 11 = 3 THEN 'NaN' ELSE i * 29 % 47 * 0.1::float8 END AS d, i * 71 % 83 * 1e6::float8 AS e,
	timestamptz '2024-01-01 UTC' + i * 7919 % 1000 * interval '1 hour' AS at, i * 17 % 300 * interval '1 minute' AS span,
	CASE WHEN i % 9 > 0 THEN 'plan ' || i * 31 % 40 END AS plan, (ARRAY['low', 'middle', 'high'])[1 + i * 13 % 3]::grade AS grade,
	CASE WHEN i % 7 > 1 THEN i % 5 < 2 END AS member
FROM generate_series(1, 3000) AS i;
CREATE TABLE targets AS
SELECT r.*, a + coalesce(b, 4) * (c % 3) - CASE WHEN plan IN ('plan 3', 'plan 17', 'plan 28', 'plan 39') THEN 20 ELSE 0 END
	+ CASE WHEN member THEN 5 ELSE 0 END + extract(hour FROM span) * (grade = 'high')::int + id * 41 % 23 AS y
FROM rows AS r;
CREATE TABLE models (name text, trees_a_score int, model orchard.model);
INSERT INTO models
SELECT 'boosted', 1, orchard.fit(t, 'y', '{"algorithm": "gradient_boosting", "objective": "squared_error", "n_estimators": 50, "max_leaf_nodes": 8, "exclude": ["id"]}') FROM targets AS t
UNION ALL SELECT 'classes', 1, orchard.fit(t, 'k', '{"algorithm": "gradient_boosting", "n_estimators": 50, "max_leaf_nodes": 6, "exclude": ["id", "y"]}')
	FROM (SELECT *, 'class ' || width_bucket(y, 0, 60, 2) AS k FROM targets) AS t
UNION ALL SELECT 'forest', 50, orchard.fit(t, 'y', '{"algorithm": "random_forest", "n_estimators": 50, "max_depth": 4, "max_features": 0.5, "exclude": ["id"]}') FROM targets AS t
UNION ALL SELECT 'tree', 1, orchard.fit(t, 'y', '{"algorithm": "decision_tree", "max_depth": 7, "exclude": ["id"]}') FROM targets AS t
UNION ALL SELECT 'isolation', 50, orchard.fit(t, NULL, '{"algorithm": "isolation_forest", "n_estimators": 50, "max_samples": 16, "exclude": ["id"]}') FROM rows AS t;
SQL

# Rows of a query as hashes by column; NULL is undef.
sub rows_of
{
	my ($query) = @_;
	my ($head, @lines) = split /\n/, $node->safe_psql('postgres', $query, extra_params => [ '-P', 'tuples_only=off', '-P', 'footer=off', '-F', "\t", '-P', 'null=~' ]);
	my @names = split /\t/, $head;
	return map { my @cells = split /\t/, $_, -1; my %row; @row{@names} = map { $_ eq '~' ? undef : $_ } @cells; \%row } @lines;
}

# The nodes of a model's trees by the order in which explain has the features.
sub trees_of
{
	my ($name, $class) = @_;
	my %place = map { $features[$_] => $_ } 0 .. $#features;
	my @trees;
	foreach (rows_of("SELECT tree, class, node, feature, threshold, array_to_string(levels, ',') AS levels, missing_left, left_node, right_node, value, cover
		FROM models, orchard.trees(model) WHERE name = '$name' ORDER BY tree, node"))
	{
		next if defined $class && $_->{class} ne $class;
		$_->{place} = $place{ $_->{feature} } if defined $_->{feature};
		$_->{has_level} = { map { $_ => 1 } split /,/, $_->{levels} } if defined $_->{levels};
		$trees[ $_->{tree} ][ $_->{node} ] = $_;
	}
	return grep { defined } @trees;
}

sub goes_left
{
	my ($question, $value) = @_;
	return $question->{missing_left} eq 't' unless defined $value && $value ne 'NaN';
	return $question->{has_level}{$value} if defined $question->{levels};
	return $question->{threshold} eq 'Infinity' || $value <= $question->{threshold};
}

# What a tree gives when the features of the set are known and the others averaged by cover.
sub worth
{
	my ($tree, $at, $row, $known) = @_;
	my $question = $tree->[$at];
	return $question->{value} unless defined $question->{place};
	my ($left, $right) = @$question{qw(left_node right_node)};
	return worth($tree, goes_left($question, $row->[ $question->{place} ]) ? $left : $right, $row, $known)
	  if $known >> $question->{place} & 1;
	my ($of_left, $of_right) = map { $tree->[$_]{cover} } $left, $right;
	return ($of_left * worth($tree, $left, $row, $known) + $of_right * worth($tree, $right, $row, $known)) / ($of_left + $of_right);
}

# Shapley values by their definition; what a tree does not ask for does not change what it gives.
sub shapley
{
	my ($trees, $row) = @_;
	my $n = @features;
	my @worths = (0) x 2**$n;
	foreach my $tree (@$trees)
	{
		my $asked = 0;
		$asked |= 1 << $_->{place} foreach grep { defined $_ && defined $_->{place} } @$tree;
		my %of;
		foreach my $known (0 .. 2**$n - 1)
		{
			$worths[$known] += $of{ $known & $asked } //= worth($tree, 1, $row, $known & $asked);
		}
	}
	my @factorial = (1);
	push @factorial, $factorial[-1] * $_ foreach 1 .. $n;
	my @values;
	foreach my $i (0 .. $n - 1)
	{
		my @without = grep { !($_ >> $i & 1) } 0 .. 2**$n - 1;
		push @values, sum0(map { my $size = sprintf('%b', $_) =~ tr/1//; $factorial[$size] * $factorial[ $n - 1 - $size ] / $factorial[$n]
			  * ($worths[ $_ | 1 << $i ] - $worths[$_]) } @without);
	}
	return ($worths[0], @values);
}

# Values as a model takes them: seconds of times and intervals; a level that training never saw is missing.
my $asked = <<'SQL';
SELECT id, a, b, c, d, e, extract(epoch FROM at) AS at, extract(epoch FROM span) AS span,
	CASE WHEN plan <> 'never' THEN plan END AS plan, grade, member::text
FROM asked ORDER BY id
SQL
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE asked AS SELECT * FROM rows WHERE id IN (3, 12, 17, 36, 1001, 2999);
INSERT INTO asked VALUES (3001, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(3002, 1e300, -1e300, 4, 'NaN', 0, '2024-01-05 UTC', '1 hour', 'never', 'high', true);
SQL
my @asked = rows_of($asked);
is(scalar(@asked), 8, 'rows to explain');

sub explains
{
	my ($name, $class) = @_;
	my ($trees_a_score) = map { $_->{trees_a_score} } rows_of("SELECT trees_a_score FROM models WHERE name = '$name'");
	my @trees = trees_of($name, $class);
	my $call = defined $class ? "orchard.explain_class(model, '$class', r)" : 'orchard.explain(model, r)';
	my %ours;
	push @{ $ours{ $_->{id} }{ $_->{feature} } }, $_->{contribution} foreach
	  rows_of("SELECT r.id, e.feature, e.contribution FROM models, asked AS r, LATERAL $call AS e WHERE name = '$name'");
	my (@worst, %base);
	foreach my $row (@asked)
	{
		my ($base, @values) = map { $_ / $trees_a_score } shapley(\@trees, [ @$row{@features} ]);
		push @worst, abs($ours{ $row->{id} }{ $features[$_] }[0] - $values[$_]) foreach 0 .. $#features;
		# What boosting starts from is not in the trees: the same for every row.
		$base{ sprintf '%.9f', $ours{ $row->{id} }{'(base)'}[0] - $base } = 1;
	}
	is(scalar(@trees), $name eq 'tree' ? 1 : 50, "$name: the trees are there");
	cmp_ok(max(@worst), '<=', 1e-10, "$name: Shapley values of all subsets") or diag("@worst");
	is(scalar(keys %base), 1, "$name: one base");
	is((keys %base)[0], '0.000000000', "$name: the base is the mean of the leaves") if $name eq 'isolation';
}
explains($_) foreach qw(boosted forest tree isolation);
explains('classes', 'class 1');

# Base and contributions sum to the raw score.
is($node->safe_psql('postgres', <<'SQL'), "boosted|t\nforest|t\ntree|t", 'base and contributions sum to the raw score');
SELECT name, max(abs(total - orchard.predict(model, r))) <= 1e-9
FROM models, asked AS r, LATERAL (SELECT sum(contribution) AS total FROM orchard.explain(model, r)) AS s
WHERE name IN ('boosted', 'forest', 'tree') GROUP BY name ORDER BY name
SQL
is($node->safe_psql('postgres', <<'SQL'), 't', 'of classes, the raw scores are the logarithms of the probabilities but for a constant a row');
SELECT max(spread) <= 1e-9
FROM (SELECT r.id, max(total - ln(probability)) - min(total - ln(probability)) AS spread
	FROM models, asked AS r, unnest(orchard.classes(model), orchard.predict_proba(model, r)) AS c(class, probability),
		LATERAL (SELECT sum(contribution) AS total FROM orchard.explain_class(model, class, r)) AS s
	WHERE name = 'classes' GROUP BY r.id) AS q
SQL

# ** A forest of a million nodes: reading, explaining and scoring it are cancelled inside one call.
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE noise AS SELECT hashint4(i)::float8 AS a, hashint4(-i)::float8 AS b, hashint4(i * 3)::float8 AS y FROM generate_series(1, 60000) AS i;
SELECT rows FROM orchard.train('large', 'noise', 'y', 'random_forest', '{"n_estimators": 12}');
SQL
foreach my $call (q{orchard.predict('large', 0.1, 0.2)}, q{orchard.explain('large', 0.1, 0.2)})
{
	my ($late, $cancelled) = (0, 0);
	foreach my $timeout (map { 3 * 1.35**$_ } 0 .. 14)
	{
		my ($out, $err);
		$node->psql('postgres', "\\set VERBOSITY sqlstate\nLOAD 'orchard';\nSET statement_timeout = '${timeout}ms';\n"
			  . "SELECT clock_timestamp() AS start \\gset\nSELECT count(*) FROM (SELECT $call FROM generate_series(1, 40)) AS q;\nRESET statement_timeout;\n"
			  . "SELECT extract(epoch FROM clock_timestamp() - :'start') * 1000 - $timeout;", stdout => \$out, stderr => \$err, on_error_stop => 0);
		next unless $err =~ /57014/;
		$cancelled++;
		$late++ if (split /\n/, $out)[-1] > 100;
	}
	cmp_ok($cancelled, '>', 2, "$call: cancelled $cancelled times") if $call =~ /explain/;
	cmp_ok($late, '<=', 1, "$call: within 100 ms, but for one by chance on a busy machine");
}

$node->stop;
done_testing();

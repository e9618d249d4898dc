# 090_demo.pl: the demo runs to its end, and scikit-learn comes to the same scores.
#
# The demo checks its own claims and stops at the first that does not hold.  Without the data there
# is no test, so a download that fails is a failure.
use strict;
use warnings;

use Cwd qw(getcwd);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $python = $ENV{PYTHON} || '/usr/bin/python3';
my $demo = getcwd() . '/test/demo';
my $build = PostgreSQL::Test::Utils::tempdir();
my $node = PostgreSQL::Test::Cluster->new('demo');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\nmax_wal_size = 4GB\nshared_buffers = 256MB\n");
$node->start;

{
	local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, DEMO_BUILD => $build);
	my ($output, $errors);
	my $ran = IPC::Run::run([ 'sh', "$demo/run.sh" ], '<', \undef, '>', \$output, '2>', \$errors);
	note($output);
	ok($ran, 'every step of the demo runs and every claim holds') or diag($errors);
	unlike($errors, qr/WARNING|ERROR/, 'without a warning');
	like($output, qr/^The demo took/m, 'to its end');
}

sub sql
{
	return $node->safe_psql('demo', $_[0]);
}

is(sql('SELECT count(*) FROM flights'), '336776', 'the data is the real one');

# The model of the demo and one with a penalty, both against scikit-learn.
sql(q{
	CREATE TABLE penalised_model AS
	SELECT orchard.fit(e, 'late', '{"algorithm": "logistic_regression", "l2": 0.01,
		"exclude": ["id", "scheduled_at", "month"]}') AS model
	FROM example AS e
	WHERE month <= 10;
	CREATE TABLE predicted AS
	SELECT e.*,
		orchard.predict((SELECT model FROM delay_model), e) AS predicted_0,
		orchard.predict((SELECT model FROM penalised_model), e) AS predicted_1
	FROM example AS e;
});
sql("\\copy predicted TO '$build/predicted.csv' WITH (FORMAT csv, HEADER)");
my ($lines, $errors);
ok(IPC::Run::run([ $python, "$demo/sklearn_auc.py", "$build/predicted.csv" ],
		'<', \undef, '>', \$lines, '2>', \$errors),
	'scikit-learn trains on the exported examples') or diag($errors);

my @lines = split(/\n/, $lines);
is(scalar(@lines), 2, 'with two penalties');
foreach my $i (0 .. $#lines)
{
	my ($l2, $auc, $difference) = split(/ /, $lines[$i]);
	my $ours = sql("SELECT orchard.roc_auc(late, predicted_$i) FROM predicted WHERE month >= 11");
	note("l2 = $l2: AUC $ours and $auc, probabilities within $difference");
	cmp_ok(abs($ours - $auc), '<=', 1e-4, "l2 = $l2: the same AUC to 1e-4");
	cmp_ok($difference, '<=', 1e-6, "l2 = $l2: each probability the same to 1e-6");
}

# The order of the rows decides nothing: sorted by a category and the class they train as well.
is(sql(q{
	SELECT orchard.summary(orchard.fit(e, 'late', '{"algorithm": "logistic_regression",
		"exclude": ["id", "scheduled_at", "month"]}')) -> 'fit' ->> 'converged'
	FROM (SELECT * FROM leaky_example WHERE month <= 10 ORDER BY origin, late) AS e
}), 'true', 'sorted rows converge');

$node->stop;
done_testing();

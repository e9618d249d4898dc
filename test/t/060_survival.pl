# 060_survival.pl: models live on through crashes, replicas, recovery and upgrades, and score the same bits.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 'logical', has_archiving => 1);
$primary->append_conf('postgresql.conf', <<'CONF');
jit = off
client_min_messages = error
restart_after_crash = on
CONF
$primary->start;

# Scores as bytes: equal only when every bit is.
my $scores = <<'SQL';
SELECT md5(string_agg(concat_ws(' ', float8send(orchard.predict(m, r)), float8send(orchard.predict(l, r)),
	float8send(orchard.predict(prepared, r)), float8send(orchard.predict(trees, r)), orchard.apply_row(recipe, r)), ',' ORDER BY id))
FROM sample AS r, kept
SQL
my $named = <<'SQL';
SELECT md5(string_agg(encode(float8send(orchard.predict('churn', r)), 'hex') || encode(float8send(orchard.predict('churn@1', r)), 'hex'), ',' ORDER BY id))
FROM sample AS r
SQL
my $registry = <<'SQL';
SELECT (SELECT string_agg(concat_ws(' ', name, version, digest), ', ' ORDER BY version) FROM orchard.versions),
	(SELECT string_agg(concat_ws(' ', name, alias, version), ', ' ORDER BY alias) FROM orchard.aliases)
SQL

$primary->safe_psql('postgres', <<'SQL');
CREATE EXTENSION orchard;
CREATE TABLE sample AS
SELECT i AS id, (i * 37 % 101) / 7.0::float8 AS x, nullif(i % 9, 4) AS k, 'level ' || i % 40 AS level, i * i % 11 > 4 AS churned
FROM generate_series(1, 2000) AS i;
CREATE TABLE kept AS
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "exclude": ["id"]}') AS m,
	orchard.fit(t, 'churned', '{"algorithm": "logistic_regression", "exclude": ["id", "y"]}') AS l,
	orchard.fit(t, 'churned', '{"algorithm": "logistic_regression", "exclude": ["id", "y"], "preprocess": [
		{"columns": ["x", "k"], "steps": [{"transform": "impute", "strategy": "median"}, {"transform": "standard"}]},
		{"column": "level", "transform": "target", "target": "churned"}]}') AS prepared,
	orchard.fit(t, 'churned', '{"algorithm": "gradient_boosting", "n_estimators": 20, "exclude": ["id", "y"]}') AS trees,
	orchard.fit_recipe(t, '[{"columns": ["x", "k"], "transform": "quantile"}, {"column": "level", "transform": "onehot"}]') AS recipe
FROM (SELECT *, x * 3 + coalesce(k, 1) * id % 17 AS y FROM sample) AS t;
SELECT orchard.register('churn', l) FROM kept;
SELECT orchard.register('churn', (SELECT orchard.fit(t, 'churned', '{"algorithm": "logistic_regression", "features": ["x"]}') FROM sample AS t));
SELECT orchard.deploy('churn', 2);
SQL
my $expected = $primary->safe_psql('postgres', $scores);
my $expected_named = $primary->safe_psql('postgres', $named);
my $expected_registry = $primary->safe_psql('postgres', $registry);
isnt($expected_named, $expected, 'two models to tell apart');

sub survives
{
	my ($title, $node) = @_;
	is($node->safe_psql('postgres', $scores), $expected, "$title: models in a table score the same bits");
	is($node->safe_psql('postgres', $named), $expected_named, "$title: registered models do");
	is($node->safe_psql('postgres', $registry), $expected_registry, "$title: the registry is what it was");
}

# A crash right after the commit.
$primary->stop('immediate');
$primary->start;
survives('crash', $primary);

# Physical standby: scoring and names, read-only.
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
survives('standby', $standby);
my ($result, $stdout, $stderr) = $standby->psql('postgres', "SELECT orchard.register('other', m) FROM kept");
like($stderr, qr/read-only transaction|during recovery/, 'nothing is registered on a standby');
my $train = "SELECT orchard.model_digest(orchard.fit(t, 'churned', '{\"algorithm\": \"logistic_regression\", \"exclude\": [\"id\"]}')) FROM sample AS t";
is($standby->safe_psql('postgres', $train), $primary->safe_psql('postgres', $train), 'a standby trains by value');

# A deploy on the primary reaches sessions of the standby that have scored by name.
my $session = $standby->background_psql('postgres');
is($session->query_safe($named), $expected_named, 'a session of the standby scores by name');
$primary->safe_psql('postgres', "SELECT orchard.deploy('churn', 1)");
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
isnt($session->query_safe($named), $expected_named, 'and sees a deploy of the primary');
$primary->safe_psql('postgres', "SELECT orchard.rollback('churn')");
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
is($session->query_safe($named), $expected_named, 'and its rollback');
$session->quit;
$expected_registry = $primary->safe_psql('postgres', $registry);
survives('standby, later', $standby);
$standby->stop;

# Recovery to a point in time between two deploys.
$primary->safe_psql('postgres', "SELECT pg_create_restore_point('before')");
$primary->safe_psql('postgres', "SELECT orchard.deploy('churn', 1); DROP TABLE kept");
$primary->safe_psql('postgres', 'SELECT pg_switch_wal()');
my $recovered = PostgreSQL::Test::Cluster->new('recovered');
$recovered->init_from_backup($primary, 'base', has_restoring => 1, standby => 0);
$recovered->append_conf('postgresql.conf', "recovery_target_name = 'before'\nrecovery_target_action = 'promote'\n");
$recovered->start;
ok($recovered->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()'), 'recovery ends');
survives('point in time', $recovered);

# kill -9 of a backend that trains: the server comes back, nothing of the training is there.
my $train_long = <<'SQL';
SELECT orchard.register('churn', orchard.fit(t, 'y', '{"algorithm": "logistic_regression"}'))
FROM (SELECT i % 97 AS a, random() < 0.5 AS y, random() AS b FROM generate_series(1, 5000000) AS i) AS t
SQL
my $training = IPC::Run::start([ 'psql', '-XAtq', '-d', $recovered->connstr('postgres') . " application_name=training", '-c', $train_long ],
	'>', \my $killed_out, '2>', \my $killed_err);
ok($recovered->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'training' AND state = 'active'"), 'a training runs');
usleep(500_000);
my $pid = $recovered->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE application_name = 'training'");
ok($pid && kill('KILL', $pid), 'and is killed');
$training->finish;
ok($recovered->poll_query_until('postgres', 'SELECT 1', '1'), 'the server comes back');
survives('killed training', $recovered);

# pg_upgrade carries tables and registry as they are; from this major version to itself, as far as one machine has it.
my $upgraded = PostgreSQL::Test::Cluster->new('upgraded');
$upgraded->init;
$recovered->stop;
chdir($PostgreSQL::Test::Utils::tmp_check) or die "cannot enter tmp_check: $!";
my $bin = $recovered->config_data('--bindir');
command_ok([ 'pg_upgrade', '--no-sync', '-d', $recovered->data_dir, '-D', $upgraded->data_dir, '-b', $bin, '-B', $bin,
		'-s', $upgraded->host, '-p', $recovered->port, '-P', $upgraded->port, '-U', scalar(getpwuid($<)) ], 'pg_upgrade');
$upgraded->start;
survives('pg_upgrade', $upgraded);
is($upgraded->safe_psql('postgres', "SELECT orchard.register('churn', m) FROM kept"), '3', 'and versions go on');
$upgraded->stop;

# Logical replication of a table with models, as text and as binary.
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init;
$subscriber->append_conf('postgresql.conf', "jit = off\n");
$subscriber->start;
$primary->safe_psql('postgres', <<'SQL');
CREATE TABLE sent (id int PRIMARY KEY, m orchard.model, s orchard.stats1d);
INSERT INTO sent SELECT version, model, orchard.stats(x) FROM orchard.registry_version, sample GROUP BY version, model;
CREATE PUBLICATION models FOR TABLE sent, sample;
SQL
$primary->safe_psql('postgres', 'ALTER TABLE sample ADD PRIMARY KEY (id)');
$subscriber->safe_psql('postgres', <<'SQL');
CREATE EXTENSION orchard;
CREATE TABLE sent (id int PRIMARY KEY, m orchard.model, s orchard.stats1d);
CREATE TABLE sample (id int PRIMARY KEY, x float8, k int, level text, churned boolean);
SQL
my $connection = $primary->connstr . ' dbname=postgres';
my $compare = "SELECT md5(string_agg(encode(float8send(orchard.predict(m, r)), 'hex'), ',' ORDER BY sent.id, r.id)), min(orchard.stddev(s)) FROM sample AS r, sent";
foreach my $binary ('false', 'true')
{
	$subscriber->safe_psql('postgres', 'TRUNCATE sent, sample');
	$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION models CONNECTION '$connection' PUBLICATION models WITH (binary = $binary)");
	$subscriber->wait_for_subscription_sync($primary, 'models');
	is($subscriber->safe_psql('postgres', $compare), $primary->safe_psql('postgres', $compare), "logical replication, binary = $binary: the first copy");
	$primary->safe_psql('postgres', 'UPDATE sent SET m = (SELECT m FROM sent WHERE id = 1) WHERE id = 2');
	$primary->safe_psql('postgres', "INSERT INTO sent SELECT 3 + count(*), orchard.fit(t, 'churned', '{\"algorithm\": \"logistic_regression\", \"features\": [\"k\"]}'), orchard.stats(t.x) FROM sample AS t, (SELECT count(*) FROM sent) AS c GROUP BY c.count");
	$primary->wait_for_catchup('models');
	is($subscriber->safe_psql('postgres', $compare), $primary->safe_psql('postgres', $compare), "logical replication, binary = $binary: changes");
	$subscriber->safe_psql('postgres', 'DROP SUBSCRIPTION models');
	$primary->safe_psql('postgres', 'DELETE FROM sent WHERE id > 2');
}
$subscriber->stop;
$primary->stop;
done_testing();

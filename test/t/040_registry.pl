# 040_registry.pl: the registry in a server: other sessions' deployments, scoring while versions change,
# parallel workers, changes by many clients at once, and dump and restore by who owns the database and is
# no superuser.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use OrchardTest qw($parallel);
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('registry');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', <<'CONF');
jit = off
client_min_messages = error
max_parallel_workers = 4
max_connections = 40
CONF
$node->start;

# The owner of the database installs the extension; ann trains, bob uses, eve has no business here.
$node->safe_psql('postgres', <<'SQL');
CREATE ROLE keeper LOGIN;
CREATE ROLE ann LOGIN;
CREATE ROLE bob LOGIN;
CREATE ROLE eve LOGIN;
CREATE DATABASE shop OWNER keeper;
SQL

sub as
{
	my ($role, $sql, $database) = @_;
	return $node->safe_psql($database // 'shop', $sql, extra_params => [ '-U', $role ]);
}

# The error of a statement that must fail.
sub refused
{
	my ($role, $sql, $database) = @_;
	my ($status, $out, $err) = $node->psql($database // 'shop', $sql, extra_params => [ '-U', $role ]);
	return $status == 0 ? "no error, but: $out" : $err;
}

# Version k predicts k * (1 + 2 * x): by a few numbers, or by levels too, so that it is stored out of line.
as('keeper', <<'SQL');
CREATE EXTENSION orchard;
CREATE TABLE ground AS SELECT x::float8, 'level ' || x % 60 AS level FROM generate_series(1, 600) AS x;
CREATE FUNCTION line(k int) RETURNS orchard.model LANGUAGE sql AS
$$ SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') FROM (SELECT x, k * (1 + 2 * x) AS y FROM ground) AS t $$;
CREATE FUNCTION wide(k int) RETURNS orchard.model LANGUAGE sql AS
$$ SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') FROM (SELECT x, level, k * (1 + 2 * x) AS y FROM ground) AS t $$;
GRANT SELECT ON ground TO PUBLIC;
SQL
is(as('ann', "SELECT orchard.register('churn', line(1)), orchard.register('churn', line(2)), orchard.register('churn', line(3)), orchard.register('large', wide(1))"),
	'1|2|3|1', 'a role without rights in the database registers models');
is($node->safe_psql('shop', "SELECT min(pg_column_size(model)) > 2040 FROM orchard.registry_version WHERE name = 'large'"), 't', 'one of them out of line');

# Another session's deployment takes effect at the next statement, in and outside of a transaction.
{
	my $reader = $node->background_psql('shop', extra_params => [ '-U', 'ann' ]);
	my $score = "SELECT round(orchard.predict('churn', 1) / 3)";
	is($reader->query($score), '3', 'the latest version');
	as('ann', "SELECT orchard.deploy('churn', 1)");
	is($reader->query($score), '1', 'the champion of another session');
	$reader->query('BEGIN');
	$reader->query($score);
	as('ann', "SELECT orchard.deploy('churn', 2)");
	is($reader->query($score), '2', 'also inside a transaction');
	$reader->query('COMMIT');
	as('ann', "SELECT orchard.rollback('churn')");
	is($reader->query($score), '1', 'and rolled back');
	# While a transaction runs that is older than the deployment, the session's memory is not used.
	my $old = $node->background_psql('shop', extra_params => [ '-U', 'eve' ]);
	$old->query('BEGIN');
	$old->query('SELECT pg_current_xact_id()');
	foreach my $version (2, 3, 1)
	{
		as('ann', "SELECT orchard.deploy('churn', $version)");
		is(join(' ', map { scalar $reader->query($score) } 1 .. 3), "$version $version $version", "version $version beside an old transaction");
	}
	$old->query('COMMIT');
	is($reader->query($score), '1', 'and after it');
	$old->quit;
	$reader->quit;
}
as('ann', "SELECT orchard.deploy('churn', 1), orchard.deploy('large', 1)");

# Roles: same error whether a model exists or not, nothing of it in views, and no way into the tables.
foreach my $call ('predict(NAME, 1)', 'predict_class(NAME, 1)', 'predict_proba(NAME, 1)', "probability(NAME, 'a', 1)", 'load_model(NAME)',
	'deploy(NAME, 1)', 'rollback(NAME)', 'undeploy(NAME)', 'drop_model(NAME)', 'drop_model(NAME, 1)', "grant_model(NAME, 'eve')", "revoke_model(NAME, 'bob')")
{
	my ($real, $none) = map {
		my $name = $_;
		refused('eve', 'SELECT orchard.' . $call =~ s/NAME/'$name'/r) =~ s/\Q$name\E/NAME/gr
	} qw(ann.churn ann.never);
	is($real, $none, "$call: a model of another is as if it did not exist");
	like($real, qr/model "NAME" does not exist/, 'and the error says so');
}
is(as('eve', 'SELECT (SELECT count(*) FROM orchard.models) + (SELECT count(*) FROM orchard.versions) + (SELECT count(*) FROM orchard.aliases)
	+ (SELECT count(*) FROM orchard.deployments)'), '0', 'eve lists nothing');
foreach my $table (qw(registry_model registry_version registry_deployment registry_grant))
{
	like(refused('eve', "SELECT count(*) FROM orchard.$table"), qr/permission denied/, "eve does not read $table");
	like(refused('eve', "DELETE FROM orchard.$table"), qr/permission denied/, 'nor write it');
	like(refused('eve', "BEGIN; LOCK TABLE orchard.$table IN ACCESS SHARE MODE"), qr/permission denied/, 'nor lock it');
	like(refused('eve', "CREATE TRIGGER t BEFORE INSERT ON orchard.$table FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"),
		qr/permission denied/, 'nor put a trigger on it');
	like(refused('keeper', "CREATE TRIGGER t BEFORE INSERT ON orchard.$table FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"),
		qr/permission denied/, 'and neither does the owner of the database');
}
like(refused('eve', 'CREATE FUNCTION orchard.predict(text, int) RETURNS float8 LANGUAGE sql AS $$ SELECT 0.0 $$'), qr/permission denied for schema orchard/,
	'nobody plants a better match');
like(refused('eve', 'CREATE TEMP TABLE t (x int); CREATE TRIGGER t AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION orchard.registry_changed()'),
	qr/permission denied for function/, 'or makes every session forget');
# Functions that a condition would call see no row of another, and operators of another are not called with more rights.
is(as('eve', <<'SQL'), '0|0', 'a condition that leaks has nothing to leak');
CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE WARNING 'saw %', $1; RETURN true; END $$;
SET client_min_messages = error;
SELECT (SELECT count(*) FROM orchard.versions WHERE pg_temp.leak(name)), (SELECT count(*) FROM orchard.models WHERE pg_temp.leak(name));
SQL
is(as('eve', <<'SQL'), "t\neve", 'an error inside leaves no rights behind');
DO $$
BEGIN
	PERFORM orchard.register('mine', orchard.fit(t, 'y', '{"algorithm": "linear_regression"}')) FROM (SELECT x, x AS y FROM generate_series(1, 5) AS x) AS t;
	FOR i IN 1 .. 100 LOOP
		BEGIN
			PERFORM orchard.deploy('mine', 7);
		EXCEPTION WHEN undefined_object THEN NULL;
		END;
		IF current_user <> 'eve' OR current_setting('search_path') <> '"$user", public' THEN RAISE 'who am I?'; END IF;
	END LOOP;
END $$;
SELECT orchard.predict('mine', 3) IS NOT NULL;
SELECT current_user;
SQL
as('eve', "SELECT orchard.drop_model('mine')");
as('ann', "SELECT orchard.grant_model('churn', 'bob')");
is(as('bob', "SELECT round(orchard.predict('churn', 1) / 3), (SELECT count(*) FROM orchard.versions)"), '1|3', 'a grantee scores and lists');
like(refused('bob', "SELECT orchard.deploy('churn', 3)"), qr/must be owner of model "churn"/, 'but does not deploy');

# Parallel workers score by name with the leader's rights and snapshot.
as('keeper', 'CREATE TABLE big AS SELECT i::float8 AS x FROM generate_series(1, 100000) AS i; GRANT SELECT ON big TO PUBLIC; ANALYZE big');
my $sum = "SELECT count(*) FROM big AS b WHERE round((orchard.predict('churn', b) / (1 + 2 * x))::numeric, 6) = ";
like(as('bob', "$parallel EXPLAIN (ANALYZE, COSTS OFF) $sum 1"), qr/Workers Launched: 2/, 'scoring by name runs in workers');
is(as('bob', "$parallel $sum 1"), '100000', 'with the right model');
is(as('ann', "$parallel BEGIN; DO 'BEGIN PERFORM orchard.deploy(\$\$churn\$\$, 2); END'; $sum 2; ROLLBACK; $sum 1"), "100000\n100000",
	'and with what the transaction has done itself');
like(refused('eve', "$parallel $sum 1"), qr/model "churn" does not exist/, 'and not with that of another');

# While one session deploys on and on, others score in their own ways: no error, no mixture in a statement.
my $dir = PostgreSQL::Test::Utils::tempdir();
sub script
{
	my ($name, $sql) = @_;
	append_to_file("$dir/$name", $sql);
	return "$dir/$name";
}
my $statement = script('statement.sql', <<'SQL');
SELECT 1 / (count(DISTINCT round((orchard.predict('churn', g) / (1 + 2 * x))::numeric, 6)) = 1)::int FROM (SELECT * FROM ground LIMIT 100) AS g;
SQL
# The version of the alias view and of the score in one statement are the same.
my $agree = script('agree.sql', <<'SQL');
SELECT 1 / (version = round(orchard.predict('churn', 1) / 3))::int FROM orchard.aliases WHERE owner = 'ann' AND name = 'churn';
SQL
my $repeatable = script('repeatable.sql', <<'SQL');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT orchard.predict('churn', 1) AS before \gset
SELECT pg_sleep(0.002);
SELECT 1 / (orchard.predict('churn', 1) = :before)::int;
COMMIT;
SQL
my $deploy = script('deploy.sql', <<'SQL');
\set v random(1, 3)
SELECT orchard.deploy('churn', :v);
SQL
$node->command_ok([ 'pgbench', '-n', '-U', 'ann', '-c', '6', '-j', '2', '-T', '6', '-M', 'prepared', '-f', "$statement\@2", '-f', "$agree\@4",
		'-f', "$repeatable\@2", '-f', "$deploy\@4", '-h', $node->host, '-p', $node->port, 'shop' ], 'scoring while another session deploys');

# Twenty clients register, deploy and roll back one model: no error, dense numbers, a history that adds up.
my $register = script('register.sql', "SELECT orchard.register('race', orchard.load_model('churn\@1'));\n");
my $change = script('change.sql', <<'SQL');
SELECT orchard.deploy('race', orchard.register('race', orchard.load_model('churn@2')));
SELECT orchard.rollback('race');
SQL
as('ann', "SELECT orchard.register('race', line(1)), orchard.deploy('race', 1)");
$node->command_ok([ 'pgbench', '-n', '-U', 'ann', '-c', '20', '-j', '2', '-t', '20', '-f', $register, '-h', $node->host, '-p', $node->port, 'shop' ],
	'twenty clients register');
is(as('ann', "SELECT count(*), min(version), max(version) FROM orchard.versions WHERE name = 'race'"), '401|1|401', 'every version is there once');
my ($status, $out, $err) = $node->psql('shop', 'SELECT 1');
$node->command_ok([ 'pgbench', '-n', '-U', 'ann', '-c', '8', '-j', '2', '-t', '20', '-f', $change, '-h', $node->host, '-p', $node->port, 'shop' ],
	'eight clients register, deploy and roll back');
is(as('ann', "SELECT count(*), max(version) FROM orchard.versions WHERE name = 'race'"), '561|561', 'no version is lost');
is(as('ann', "SELECT count(*), count(DISTINCT number), max(number) FROM orchard.deployments WHERE name = 'race'"), '321|321|321', 'nor a deployment');
is(as('ann', "SELECT version, (SELECT version FROM orchard.deployments AS d WHERE d.name = 'race' ORDER BY number DESC LIMIT 1) FROM orchard.aliases WHERE name = 'race'"),
	'1|1', 'and as many rollbacks as deployments end where they began');
as('ann', "SELECT orchard.drop_model('race')");

# Dump and restore, by the owner of the database and by a superuser, as text and in parallel: the registry
# is as it was, and goes on where it was.
as('ann', "SELECT orchard.deploy('churn', 2), orchard.deploy('churn', 3), orchard.drop_model('churn', 1), orchard.deploy('churn', 2, 'challenger')");
my $state = "SELECT md5(string_agg(s, ',' ORDER BY s)) FROM (SELECT 'v' || v.* FROM orchard.versions AS v UNION ALL SELECT 'a' || a.* FROM orchard.aliases AS a
	UNION ALL SELECT 'd' || d.* FROM orchard.deployments AS d UNION ALL SELECT 'm' || m.* FROM orchard.models AS m) AS t (s)";
my $before = $node->safe_psql('shop', $state);
foreach my $who (qw(keeper postgres))
{
	foreach my $format (qw(plain custom))
	{
		my $copy = "copy_${who}_$format";
		$node->command_ok([ 'pg_dump', '-U', $who, '-F', $format, '-f', "$dir/$copy", $node->connstr('shop') ], "$who dumps as $format");
		$node->safe_psql('postgres', "CREATE DATABASE $copy OWNER keeper");
		# The role public's schema belongs to the owner of the database, so only a superuser sets its rights.
		$node->command_ok($format eq 'plain' ?
			  [ 'psql', '-X', '-q', '-U', $who, '-v', 'ON_ERROR_STOP=1', '-f', "$dir/$copy", $node->connstr($copy) ] :
			  [ 'pg_restore', '-U', $who, '-j', '3', '--exit-on-error', '-d', $node->connstr($copy), "$dir/$copy" ], 'and restores');
		is($node->safe_psql($copy, $state), $before, 'the registry is as it was');
		is(as('bob', "SELECT round(orchard.predict('churn', 1) / 3), round(orchard.predict('ann.churn\@challenger', 1) / 3)", $copy), '3|2', 'its models score');
		is(as('ann', "SELECT orchard.register('churn', orchard.load_model('large')), orchard.rollback('churn')", $copy), '4|2', 'and its versions go on');
		is(as('ann', "SELECT max(number) FROM orchard.deployments WHERE name = 'churn'", $copy),
			as('ann', "SELECT max(number) + 1 FROM orchard.deployments WHERE name = 'churn'"), 'as its deployments do');
		like(refused('eve', "SELECT orchard.predict('ann.churn', 1)", $copy), qr/does not exist/, 'and eve still has no business there');
	}
}

# A dump is restored where its roles do not exist; its models wait for them, and a superuser sees them.
my $elsewhere = PostgreSQL::Test::Cluster->new('elsewhere');
$elsewhere->init;
$elsewhere->start;
$elsewhere->safe_psql('postgres', 'CREATE DATABASE shop');
$elsewhere->command_ok([ 'pg_restore', '--no-owner', '--no-privileges', '-d', $elsewhere->connstr('shop'), "$dir/copy_postgres_custom" ], 'restored where no role of it exists');
is($elsewhere->safe_psql('shop', "SELECT count(*), round(min(orchard.predict('ann.churn', 1)) / 3) FROM orchard.models"), '2|3', 'a superuser sees and uses the models');
is($elsewhere->safe_psql('shop', "SELECT orchard.drop_model('ann.large'); SELECT count(*) FROM orchard.registry_version WHERE name = 'large'"), "\n0", 'or drops them');
$elsewhere->safe_psql('shop', 'CREATE ROLE ann LOGIN');
is($elsewhere->safe_psql('shop', "SELECT round(orchard.predict('churn', 1) / 3)", extra_params => [ '-U', 'ann' ]), '3', 'and the role, when it comes, has its own');
$elsewhere->stop;

# A standby scores, with what has been replayed.
my $backup = 'backup';
$node->backup($backup);
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, $backup, has_streaming => 1);
$standby->start;
as('ann', "SELECT orchard.deploy('churn', 2)");
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
is($standby->safe_psql('shop', "SELECT round(orchard.predict('churn', 1) / 3)", extra_params => [ '-U', 'bob' ]), '2', 'a standby scores by name');
($status, $out, $err) = $standby->psql('shop', "SELECT orchard.deploy('churn', 3)", extra_params => [ '-U', 'ann' ]);
like($err, qr/read-only transaction/, 'and changes nothing');
$standby->stop;

$node->stop;
done_testing();

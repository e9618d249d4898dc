# 095_dbt.pl: the dbt package and its example, run by dbt from PyPI on two months of flights.
#
# Without dbt and the data there is no test, so a download that fails is a failure.
use strict;
use warnings;

use Cwd qw(getcwd);
use IPC::Open2 qw(open2);
use JSON::PP qw(decode_json encode_json);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = getcwd();
my $base = PostgreSQL::Test::Utils::tempdir();
my $venv = "$base/venv";
my $project = "$base/dbt/example";
my $python = $ENV{PYTHON} || '/usr/bin/python3';

# Runs a command; whether it went well, and what it printed.
sub output_of
{
	my ($directory, @command) = @_;
	my $output = '';
	my $ok = IPC::Run::run([ 'env', '-C', $directory, @command ], '<', \undef, '>&', \$output);
	return ($ok, $output);
}

sub must_run
{
	my ($title, @command) = @_;
	my ($ok, $output) = output_of($base, @command);
	ok($ok, $title) or BAIL_OUT($output);
}

must_run('a virtual environment', $python, '-m', 'venv', $venv);
must_run('dbt, sqlfluff and psycopg from PyPI', "$venv/bin/pip", 'install', '--quiet', '--disable-pip-version-check',
	'--requirement', "$top/test/dbt/requirements.txt");
must_run('the flights', 'sh', "$top/test/demo/fetch.sh", "$base/csv");
must_run('a copy of the package', 'cp', '-r', "$top/dbt", $base);
must_run('a repository of it', 'sh', '-ec', 'cd "$1"; mkdir origin; cp -r dbt origin; cd origin; git init --quiet;
	git add .; git -c user.name=test -c user.email=test@localhost commit --quiet --message=package', 'sh', $base);

my $node = PostgreSQL::Test::Cluster->new('dbt');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\nmax_wal_size = 4GB\nshared_buffers = 256MB\nautovacuum = off\n");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE flights');
$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;
$ENV{PGDATABASE} = 'flights';
chomp($ENV{PGUSER} = `id -un`);
$ENV{DBT_SEND_ANONYMOUS_USAGE_STATS} = 'false';
$ENV{DBT_PROFILES_DIR} = $project;
$ENV{PATH} = "$venv/bin:$ENV{PATH}";

sub sql
{
	return $node->safe_psql('flights', $_[0]);
}

# One process that has dbt loaded; its answer to a command line, and whether it went well.
my $runner = open2(my $answers, my $questions, 'env', '-C', $project, "$venv/bin/python", "$top/test/dbt/run_dbt.py");

sub ask
{
	print {$questions} encode_json([@_]), "\n";
	$questions->flush;
}

sub answer
{
	my $output = '';
	while (<$answers>)
	{
		return ($1 == 0, $output) if /^exit (-?\d+)$/;
		$output .= $_;
	}
	BAIL_OUT("dbt ended: $output");
}

# dbt with two months of flights and few trees; whether it went well, what it printed, and the status of each node.
my $trees = 8;
my $more_vars = '';
my $meanwhile;

sub dbt
{
	my ($command, @arguments) = @_;
	my @vars = $command eq 'deps' ? () : ('--vars', "{holdout_from: '2013-02-15', trees: $trees$more_vars}");
	ask('--no-version-check', '--no-use-colors', $command, @arguments, @vars);
	$meanwhile->() if $meanwhile;
	my ($ok, $output) = answer();
	my %status;
	if (open(my $file, '<', "$project/target/run_results.json"))
	{
		local $/;
		foreach my $result (@{ decode_json(<$file>)->{results} })
		{
			my (undef, undef, $name) = split(/\./, $result->{unique_id});
			$status{$name} = $result->{status};
		}
	}
	note("dbt $command @arguments\n$output");
	return ($ok, $output, \%status);
}

sub write_file
{
	my ($path, $text) = @_;
	open(my $file, '>', "$project/$path") or die "cannot write $path: $!";
	print $file $text;
	close($file);
}

sub read_file
{
	my ($path) = @_;
	open(my $file, '<', "$project/$path") or die "cannot read $path: $!";
	local $/;
	return scalar <$file>;
}

my $trained_at = 'SELECT trained_at FROM flights_dev_late.late_model';
my $alias = "SELECT version FROM orchard.aliases WHERE name = 'late' AND alias = 'dev'";
my $last_decision = 'SELECT action FROM flights_dev_late.late_deployment ORDER BY decided_at DESC LIMIT 1';
my $scores = 'SELECT count(*), round(sum(risk)::numeric, 9) FROM flights_dev_late.late_scores';

$node->command_ok([ 'env', '-C', "$base/csv", 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$project/load.sql" ], 'the raw tables');
sql('DELETE FROM raw.flights WHERE month > 2');

# From sources to deployed scores, with the package as git has it.
write_file('packages.yml', "packages:\n  - {git: 'file://$base/origin', subdirectory: dbt, warn-unpinned: false}\n");
my ($ok, $output, $status) = dbt('deps');
ok($ok, 'dbt deps');
($ok, $output, $status) = dbt('build');
ok($ok, 'dbt build is green');
unlike($output, qr/WARNING/, 'without a warning');
is_deeply([ grep { $status->{$_} !~ /^(?:success|pass)$/ } sort keys %$status ], [], 'every node and test');
like($output, qr/late_model: training, since there is no model yet/, 'the reason is logged');
is(sql($alias), '1', 'the first model is deployed');
cmp_ok(sql('SELECT min(roc_auc) FROM flights_dev_late.late_metrics'), '>', 0.65, 'and scores');
is(sql(q{SELECT string_agg(nspname, ' ' ORDER BY nspname) FROM pg_namespace WHERE nspname LIKE 'flights%'}),
	'flights_dev_features flights_dev_late flights_dev_staging', 'in the schemas of the project');

# Nothing changed: nothing is trained.
my $first = sql($trained_at);
($ok, $output, $status) = dbt('build');
ok($ok, 'a second build is green');
like($output, qr/late_model: kept, nothing changed/, 'and says that it kept the model');
is(sql($trained_at), $first, 'the time of training is as it was');
is(sql($last_decision), 'keep', 'what is deployed stays');
is(sql($alias), '1', 'as the same version');

# Two flights change places in how late they were: count and mean of the file are what they were.
my $moments = 'SELECT count(*), sum(arr_delay) FROM flights_dev_staging.stg_flights';
my $before = sql($moments);
my $view = q{SELECT 'flights_dev_late.late_holdout_scores'::regclass::oid};
my $view_before = sql($view);
my $scores_before = sql('SELECT sum(score) FROM flights_dev_late.late_holdout_scores');
sql(q{
	WITH two AS (
		(SELECT ctid AS place, arr_delay FROM raw.flights WHERE day = 10 AND arr_delay > 60 ORDER BY ctid LIMIT 1)
		UNION ALL
		(SELECT ctid, arr_delay FROM raw.flights WHERE day = 11 AND arr_delay < 0 ORDER BY ctid LIMIT 1))
	UPDATE raw.flights AS f SET arr_delay = other.arr_delay
	FROM two JOIN two AS other ON other.place <> two.place WHERE f.ctid = two.place
});
($ok, $output, $status) = dbt('run', '--select', '+late_model');
like($output, qr/stg_flights .*INSERT 0 2\b/, 'the incremental model takes the two rows');
is(sql($moments), $before, 'their count and sum are equal');
like($output, qr/late_model: training, since the data changed/, 'but the data changed');
isnt(sql($trained_at), $first, 'and the model is another');
is(sql($view), $view_before, 'views on the table of the model stay');
isnt(sql('SELECT sum(score) FROM flights_dev_late.late_holdout_scores'), $scores_before, 'and score with the new one');

# Other reasons to train.
my $second = sql($trained_at);
$trees = 10;
($ok, $output, $status) = dbt('run', '--select', 'late_model');
like($output, qr/late_model: training, since the options changed/, 'other options');
sql(q{UPDATE flights_dev_late.late_model SET trained_at = now() - interval '31 days'});
($ok, $output, $status) = dbt('run', '--select', 'late_model');
like($output, qr/late_model: training, since it is older than 30 days/, 'age');
($ok, $output, $status) = dbt('run', '--select', 'late_model', '--full-refresh');
like($output, qr/late_model: training, since --full-refresh/, '--full-refresh');
is(sql($view), $view_before, 'which leaves the views in place, too');
is(sql('SELECT count(*) FROM flights_dev_late.late_model'), '1', 'there is one model');

# A worse model: the alias stays, the version is kept.
$trees = 1;
my $deployed_scores = sql($scores);
($ok, $output, $status) = dbt('run', '--select', 'late_model+');
ok($ok, 'a worse model is no error');
like($output, qr/late\@dev: version 2: refuse, worse than version 1 by more than 0\.002/, 'but is refused');
is(sql($alias), '1', 'what is deployed stays');
is(sql(q{SELECT count(*) FROM orchard.versions WHERE name = 'late'}), '2', 'its version is kept');
is(sql($scores), $deployed_scores, 'scores are those of the deployed version');

# One that is no worse is deployed, and can be taken back for good.
$trees = 20;
($ok, $output, $status) = dbt('run', '--select', 'late_model+');
like($output, qr/late\@dev: version 3: deploy, no worse than version 1/, 'a better model is deployed');
is(sql($alias), '3', 'from now on');
isnt(sql($scores), $deployed_scores, 'for every reader');
($ok, $output) = dbt('run-operation', 'orchard.rollback', '--args', '{name: late}');
ok($ok, 'rollback is one command');
is(sql($alias), '1', 'and takes effect');
($ok, $output, $status) = dbt('run', '--select', 'late_deployment');
like($output, qr/keep, version 3 was deployed before and taken back/, 'the next run does not undo it');
is(sql($alias), '1', 'the version stays');
($ok, $output) = dbt('show', '--select', 'late_deployment', '--output', 'json');
like($output, qr/"action": "keep"/, 'dbt show tells what it would do');
$more_vars = ', orchard_force_deploy: true';
($ok, $output, $status) = dbt('run', '--select', 'late_deployment');
like($output, qr/version 3: deploy, orchard_force_deploy is set/, 'unless it is told to');
$more_vars = '';
is(sql($alias), '3', 'the version that was taken back is there again');

# A leak: a delay counts from the moment when the flight was due to leave.
my $honest = read_file('models/features/landings.sql');
my $leaky = $honest =~ s/f\.landed_at \+ interval '1 hour'/f.scheduled_at + interval '1 second'/r;
isnt($leaky, $honest, 'a planted leak');
write_file('models/features/landings.sql', $leaky);
$deployed_scores = sql($scores);
($ok, $output, $status) = dbt('build', '--select', 'landings+');
ok(!$ok, 'dbt build fails');
is_deeply([ map { /(no_leak)/ } grep { $status->{$_} eq 'fail' } keys %$status ], ['no_leak'], 'by the test');
is_deeply([ @$status{qw(examples late_model late_deployment)} ], [ ('skipped') x 3 ], 'and nothing behind it runs');
is(sql($scores), $deployed_scores, 'while the deployed model goes on scoring');
write_file('models/features/landings.sql', $honest);
($ok, $output, $status) = dbt('build', '--select', 'landings+1');
ok($ok, 'without the leak it passes');

# A training that fails leaves everything as it was, and dbt retry takes up where it stopped.
my $trained = sql($trained_at);
$trees = 0;
($ok, $output, $status) = dbt('build', '--select', 'late_model+');
ok(!$ok, 'an option that cannot be');
like($output, qr/"n_estimators" must be/, 'is told by its name');
is_deeply([ @$status{qw(late_model late_deployment late_scores)} ], [qw(error skipped skipped)], 'the rest is skipped');
is(sql($trained_at), $trained, 'the model that was there stays');
$trees = 20;
($ok, $output, $status) = dbt('retry');
ok($ok, 'dbt retry');
is_deeply([ @$status{qw(late_model late_deployment late_scores)} ], [ ('success') x 3 ], 'runs what failed and what was skipped');

# While a model trains everybody scores: with the deployed version, and with the one in the table.
my $training = q{SELECT count(*) > 0 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%insert into%late_model%' AND pid <> pg_backend_pid()};
my $by_value = 'SELECT count(*), round(sum(score)::numeric, 9) FROM flights_dev_late.late_holdout_scores';
my @scores_before = (sql($scores), sql($by_value));
$trees = 300;
$meanwhile = sub {
	ok($node->poll_query_until('flights', $training), 'a training');
	is_deeply([ sql($scores), sql($by_value) ], \@scores_before, 'does not disturb scoring');
	is(sql($training), 't', 'while it goes on');
};
($ok, $output, $status) = dbt('run', '--select', 'late_model');
$meanwhile = undef;
$trees = 20;
ok($ok, 'and ends');
isnt(sql($by_value), $scores_before[1], 'with another model');

# Another target has schemas and an alias of its own.
($ok, $output, $status) = dbt('run', '--target', 'prod');
ok($ok, 'dbt run --target prod');
is(sql(q{SELECT version FROM orchard.aliases WHERE name = 'late' AND alias = 'prod'}), '3', 'the same model is no new version');
is(sql('SELECT count(*) FROM flights_late.late_scores'), sql('SELECT count(*) FROM flights_dev_late.late_scores'), 'scores');

# A model for each group, a recipe, rolling features, chances of a class.
my @others = qw(origin_models folded delay_recipe encoded origin_series scored_classes weak_model scored_again one_class strange);
must_run('more models', 'cp', '-r', "$top/test/dbt/models", "$project/models/late/others");
($ok, $output, $status) = dbt('run', '--select', @others);
is_deeply([ @$status{@others} ], [ ('success') x @others ], 'by every other macro');
is(sql(q{
	SELECT count(*) FROM flights_dev_late.origin_models AS m
	JOIN (SELECT origin, orchard.fit(t, 'late', '{"algorithm": "logistic_regression", "l2": 0.01,
		"features": ["hour", "distance", "carrier_arr_delay_avg_3h"]}') AS model FROM flights_dev_late.training AS t GROUP BY 1) AS f
		ON f.origin = m.origin AND orchard.model_eq(f.model, m.model)}), '3', 'a model for each origin');
is(sql(q{
	WITH expected AS (SELECT avg(hour)::float8 AS mean, stddev_pop(hour)::float8 AS deviation FROM flights_dev_late.folded)
	SELECT bool_and(abs(e.numbers[1] - (e.hour - x.mean) / x.deviation) <= 1e-9) AND count(*) > 30000
	FROM flights_dev_late.encoded AS e, expected AS x}), 't', 'the numbers of a recipe');
is(sql(q{
	WITH sampled AS (SELECT * FROM flights_dev_late.origin_series WHERE abs(hashtext(id)) % 200 = 0)
	SELECT count(*) > 200 AND bool_and(past_distance_sum_2d IS NOT DISTINCT FROM p.sum AND past_hour_max_90m IS NOT DISTINCT FROM p.max)
	FROM sampled AS s CROSS JOIN LATERAL (
		SELECT sum(f.distance)::float8, max(f.hour) FILTER (WHERE f.scheduled_at >= s.scheduled_at - interval '90 minutes')::float8
		FROM flights_dev_staging.stg_flights AS f
		WHERE f.origin = s.origin AND f.carrier = s.carrier
			AND f.scheduled_at >= s.scheduled_at - interval '2 days' AND f.scheduled_at < s.scheduled_at) AS p(sum, max)}),
	't', 'the strict past of each row');
is(sql(q{SELECT count(DISTINCT column_name) FROM information_schema.columns
	WHERE table_schema = 'flights_dev_late' AND table_name = 'origin_series' AND column_name LIKE 'past\_%'}), '12', 'columns x windows x statistics');
is(sql(q{SELECT bool_and(c.chance = orchard.predict(m.model, c)) FROM flights_dev_late.scored_classes AS c, flights_dev_late.late_model AS m}),
	't', 'the chance of a class');

# Of three groups that one is trained whose rows changed.
sql(q{
	UPDATE flights_dev_features.examples AS e SET distance = e.distance + x.more
	FROM (SELECT id, 3 - 2 * row_number() OVER (ORDER BY id) AS more FROM (
		SELECT id FROM flights_dev_features.examples WHERE origin = 'JFK' ORDER BY id LIMIT 2) AS two) AS x
	WHERE e.id = x.id
});
($ok, $output, $status) = dbt('run', '--select', 'origin_models');
like($output, qr/origin_models: training, since 1 of 3 groups, the data changed \(1\)/, 'one group is trained');
is(sql('SELECT count(DISTINCT trained_at), count(*) FROM flights_dev_late.origin_models'), '2|3', 'the others are kept');

# Every generic test fails where it has to.
($ok, $output, $status) = dbt('test', '--select', 'tag:failing');
is_deeply([ values %$status ], [ ('fail') x 12 ], 'all of them');

# What the model says of itself is the comment on its table, and in the documentation.
my $comment = sql(q{SELECT obj_description('flights_dev_late.late_model'::regclass)});
like($comment, qr/^Will a flight.*\n\ngradient_boosting for late: \d+ rows, \d+ features, trained at 20/, 'persist_docs');
($ok, $output) = dbt('docs', 'generate');
ok($ok, 'dbt docs generate');
my $catalog = decode_json(read_file('target/catalog.json'))->{nodes}{'model.flights.late_model'};
is($catalog->{metadata}{comment}, $comment, 'the catalogue has it');
is($catalog->{columns}{model}{type}, 'orchard.model', 'with the type of the model');
my $manifest = decode_json(read_file('target/manifest.json'));
is_deeply([ sort @{ $manifest->{nodes}{'model.flights.known_delays'}{depends_on}{nodes} } ],
	[ 'model.flights.landings', 'model.flights.route_history' ], 'the lineage of a training set');

# Every statement is SQL to the linter.
($ok, $output) = output_of($project, 'sqlfluff', 'parse', '--dialect', 'postgres', 'target/run');
ok($ok && $output !~ /unparsable/i, 'sqlfluff parses all that was run') or diag($output);

# A driver whose parameters have no types.
($ok, $output) = output_of($base, "$venv/bin/python", "$top/test/dbt/psycopg_scores.py");
ok($ok, 'psycopg 3 scores and reads') or diag($output);
like($output, qr/^\d\d+ claims hold$/m, 'all of it');

# A dump of the analytics schemas with the registry scores the same in an empty database.
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_dump', '--file', "$base/dump.sql", '--extension', 'orchard', '--schema', 'flights_dev*', '--schema', 'raw', 'flights' ], 'pg_dump');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', 'restored', '-f', "$base/dump.sql" ], 'restored');
is($node->safe_psql('restored', $scores), sql($scores), 'the deployed model scores the same');
is($node->safe_psql('restored', $by_value), sql($by_value), 'and the model in its table');

close($questions);
waitpid($runner, 0);
$node->stop;
done_testing();

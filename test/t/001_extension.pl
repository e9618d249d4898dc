# The extension in a cluster of its own: a plain role creates it, a dump carries it, dropping it leaves
# nothing behind.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;

$node->safe_psql('postgres', 'CREATE ROLE grower LOGIN; CREATE DATABASE farm OWNER grower');
$node->safe_psql('farm', 'CREATE EXTENSION orchard', extra_params => [ '-U', 'grower' ]);
is($node->safe_psql('farm',
		"SELECT extowner::regrole FROM pg_extension WHERE extname = 'orchard'"),
	'grower', 'a role that is no superuser creates the trusted extension');
is($node->safe_psql('farm',
		"SELECT count(*) FROM pg_proc WHERE pronamespace = 'orchard'::regnamespace
		 AND proowner <> 10 AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'c')"),
	'0', 'but owns none of its C functions');

$node->safe_psql('postgres', "ALTER DATABASE farm SET session_preload_libraries = 'orchard'");
my ($status, $out, $err) = $node->psql('farm', 'SET orchard.max_memory_limit = 32768',
	extra_params => [ '-U', 'grower' ]);
isnt($status, 0, 'the upper bound on memory is for superusers');
like($err, qr/permission denied to set parameter "orchard.max_memory_limit"/,
	'and the error says so');

my $dump = $PostgreSQL::Test::Utils::tmp_check . '/farm.sql';
$node->command_ok([ 'pg_dump', '--file', $dump, $node->connstr('farm') ], 'the database is dumped');
unlike(slurp_file($dump), qr/CREATE FUNCTION/, 'no object of the extension is in the dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'psql', '-X', '-v', 'ON_ERROR_STOP=1', '-f', $dump, $node->connstr('restored') ],
	'and restored');
is($node->safe_psql('restored', 'SELECT extname FROM pg_extension WHERE extname = \'orchard\''),
	'orchard', 'with the extension');

$node->safe_psql('farm', 'DROP EXTENSION orchard CASCADE', extra_params => [ '-U', 'grower' ]);
is($node->safe_psql('farm', "SELECT count(*) FROM pg_namespace WHERE nspname = 'orchard'"),
	'0', 'dropping it leaves no schema behind');

$node->stop;
done_testing();

# 080_tutorials.pl: the SQL of the tutorials, of cleaning.md and of linear.md runs, and prints what they show.
use strict;
use warnings;

use Cwd qw(getcwd);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = getcwd();
my $node = PostgreSQL::Test::Cluster->new('tutorials');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\nmax_parallel_workers_per_gather = 0\ntimezone = 'UTC'\n");
$node->start;

my @tutorials = sort glob("$top/docs/tutorial-*.md");
cmp_ok(scalar(@tutorials), '>=', 3, 'there is a tutorial for each job');
foreach my $path (@tutorials, "$top/docs/cleaning.md", "$top/docs/linear.md")
{
	local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port);
	my ($output, $errors);
	my $ran = IPC::Run::run([ 'perl', "$top/test/tutorial.pl", $path ], '<', \undef, '>', \$output, '2>', \$errors);
	ok($ran, $path =~ s{.*/}{}r) or diag($output . $errors);
}
$node->stop;
done_testing();

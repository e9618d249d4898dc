# 080_tutorials.pl: the SQL of the tutorials, of cleaning.md and of linear.md runs, and prints what they show;
# the lines to try of windows.md run, one for every aggregate.
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

# Each row of a table of windows.md whose last cell is a statement; \| stands for | there.
open(my $in, '<', "$top/docs/windows.md") or die "cannot read windows.md: $!\n";
my $text = do { local $/; <$in> };
close($in);
my %tried = map { $_ => s/\\\|/|/gr } $text =~ /^\|.*\| `(SELECT [^`]*;)` \|$/mg;
cmp_ok(scalar(keys %tried), '>=', 50, 'there are lines to try');
$node->safe_psql('postgres', 'CREATE EXTENSION orchard');
my $all = join "\n", values %tried;
foreach my $line (sort values %tried)
{
	my ($status, $out, $errors) = $node->psql('postgres', $line);
	ok($status == 0 && $errors eq '' && $out =~ /\S/, $line) or diag("$out$errors");
}

# The windows and features of the contract, and whatever else moves: all are there, in a table, and tried.
my @names = qw(sum avg var_pop var_samp variance stddev_pop stddev_samp stddev corr covar_pop covar_samp regr_slope regr_intercept regr_r2
	regr_avgx regr_avgy regr_sxx regr_syy regr_sxy regr_count min max skewness kurtosis rms cv median quantile mad iqr rank_of_last
	mode_value entropy count_distinct first_value_of last_value_of last_k argmax argmin range_of zscore ewm_avg ewm_stddev decayed_sum
	decayed_avg decayed_count slope autocorr time_weighted_avg counter_delta counter_rate counter_resets locf since streak session_id
	rate lags crossings crest_factor time_above uptime cusum circular_mean stats qsketch merge);
my @moving = split /\n/, $node->safe_psql('postgres', q{
	SELECT DISTINCT proname FROM pg_aggregate AS a JOIN pg_proc AS p ON p.oid = aggfnoid
	WHERE pronamespace = 'orchard'::regnamespace AND aggmtransfn <> 0 ORDER BY 1});
my %exists = map { $_ => 1 } split /\n/, $node->safe_psql('postgres', q{
	SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'orchard'::regnamespace AND prokind = 'a'});
my %seen;
foreach my $name (grep { !$seen{$_}++ } @names, @moving)
{
	ok($exists{$name}, "$name is an aggregate");
	like($text, qr/^\|[^|]*`[^`|]*\b$name\b/m, "$name stands in a table");
}
is(join(' ', grep { $all !~ /\borchard\.$_\(/ } sort keys %seen), '', 'each is tried');
$node->stop;
done_testing();

#!/usr/bin/perl
# check.pl all | unit | fuzz | valgrind | sanitize | smith | coverage
#
# Builds and runs the tests, and counts them one by one: unit cases, fuzz cases and TAP subtests by
# their ok lines, pg_regress and isolation tests by their names.  The last line is
# "N passed, N failed, N skipped".  A program that dies without a failed line, or prints fewer lines
# than it planned, is one more failure.  Fails when a test failed or when none passed.
use strict;
use warnings;

use Cwd qw(getcwd);
use File::Path qw(make_path remove_tree);
use File::Temp qw(tempdir);
use IO::Handle;

my $top = getcwd();
my $make = $ENV{MAKE} || 'make';
my $pg_config = $ENV{PG_CONFIG} || 'pg_config';
my %count = (passed => 0, failed => 0, skipped => 0);
my @failures;
my $minutes = 15;

STDOUT->autoflush(1);
STDERR->autoflush(1);
delete @ENV{qw(MAKELEVEL MFLAGS PGHOST PGPORT PGUSER PGDATABASE PGOPTIONS PGSERVICE)};
open(STDIN, '<', '/dev/null') or die "cannot open /dev/null: $!";

sub finish
{
	print "failed: $_\n" foreach @failures;
	print "$count{passed} passed, $count{failed} failed, $count{skipped} skipped\n";
	exit($count{failed} == 0 && $count{passed} > 0 ? 0 : 1);
}

sub failed
{
	my ($what) = @_;
	$count{failed}++;
	push @failures, $what;
}

# Runs a step that everything else needs; without it there is nothing to count.
sub step
{
	my (@command) = @_;
	return if system(@command) == 0;
	failed("@command");
	finish();
}

# Runs a command, for so many minutes at most; its output (both streams) as lines, and how it ended
# ('' when well).
sub output_of
{
	my (@command) = @_;
	my $pid = open(my $pipe, '-|');
	die "cannot fork: $!" unless defined $pid;
	if ($pid == 0)
	{
		open(STDERR, '>&', \*STDOUT);
		exec('timeout', '--kill-after=10', $minutes * 60, @command) or die "cannot run timeout: $!\n";
	}
	my @lines = <$pipe>;
	close($pipe);
	my $end = $? & 127 ? 'signal ' . ($? & 127) : $? ? 'exit status ' . ($? >> 8) : '';
	return (\@lines, $end);
}

# Counts the top-level lines of one TAP program; shows its output when something is wrong.
sub count_tap
{
	my ($title, $lines, $end) = @_;
	my ($ok, $not_ok, $skip, $plan) = (0, 0, 0, undef);

	foreach (@$lines)
	{
		if (/^1\.\.0\b.*#\s*skip/i) { $plan = 0; $skip++ }
		elsif (/^1\.\.(\d+)/) { $plan = $1 }
		elsif (/^(?:not )?ok\s+\d+\b.*#\s*(?:skip|todo)/i) { $skip++ }
		elsif (/^ok\s+\d+\b/) { $ok++ }
		elsif (/^not ok\s+\d+\b(.*)/) { $not_ok++; push @failures, "$title:$1" }
	}
	$count{passed} += $ok;
	$count{failed} += $not_ok;
	$count{skipped} += $skip;
	if ($not_ok == 0)
	{
		if ($end ne '') { $not_ok++; failed("$title: $end") }
		elsif (!defined $plan) { $not_ok++; failed("$title: no plan") }
		elsif ($plan > 0 && $plan != $ok + $skip)
		{
			$not_ok++;
			failed("$title: $plan tests planned, " . ($ok + $skip) . ' run');
		}
	}
	printf "%-44s %4d passed%s%s\n", $title, $ok,
	  $not_ok ? ", $not_ok failed" : '', $skip ? ", $skip skipped" : '';
	print "    $_" foreach $not_ok ? @$lines : ();
}

# The programs of one kind below build/VARIANT, in order of name.
sub run_programs
{
	my ($variant, $kind, @wrapper) = @_;
	foreach my $source (sort glob("test/$kind/*_*.c"))
	{
		next unless $source =~ m{^(test/$kind/((?:test|fuzz)_\w+))\.c$};
		my ($path, $title) = ($1, "$kind $2");
		my ($lines, $end) = output_of(@wrapper, "build/$variant/$path");
		count_tap($title, $lines, $end);
	}
}

sub sanitizers
{
	# The harness counts blocks itself, and the leak checker needs rights that containers lack.
	$ENV{ASAN_OPTIONS} = 'detect_leaks=0:allocator_may_return_null=1:abort_on_error=0';
	$ENV{UBSAN_OPTIONS} = 'print_stacktrace=1';
	# Some kernels place libraries where the sanitizer of older compilers wants its shadow.
	return system('setarch -R true >/dev/null 2>&1') == 0 ? ('setarch', '-R') : ();
}

# Settings of the running throwaway server.
sub server_settings
{
	my %setting;
	open(my $file, '<', 'build/server-test.env') or die "no server: $!";
	while (<$file>)
	{
		$setting{$1} = $2 if /^(\w+)='?([^';]*)'?/;
	}
	return %setting;
}

# pg_regress or pg_isolation_regress: the name of each test and how it went.
sub run_regress
{
	my ($kind, $program, $inputdir, $database, @tests) = @_;
	return unless @tests;
	my %server = server_settings();
	my $outputdir = "$top/build/$kind";
	my $expecteddir = $kind eq 'regress' ? $top : "$top/$inputdir";
	my %seen;

	remove_tree($outputdir);
	make_path($outputdir);
	symlink("$expecteddir/expected", "$outputdir/expected");
	my $help = join('', @{ (output_of($program, '--help'))[0] });
	my ($lines, $end) = output_of($program, "--inputdir=$inputdir", "--outputdir=$outputdir",
		($help =~ /--expecteddir/ ? "--expecteddir=$expecteddir" : ()),
		"--bindir=$server{bin}", "--host=$server{PGHOST}", "--port=$server{PGPORT}",
		'--user=postgres', "--dbname=$database", '--encoding=UTF8', '--no-locale', @tests);
	foreach (@$lines)
	{
		my ($name, $result);
		# PostgreSQL 16 and later print TAP, 15 a line "test name ... ok".
		if (/^(ok|not ok)\s+\d+\s+[-+]\s+(\S+)/) { ($result, $name) = ($1, $2) }
		elsif (/^(?:test)?\s+(\S+)\s+\.\.\. (ok|FAILED|failed)/) { ($name, $result) = ($1, $2) }
		else { next }
		# A program that fails as expected with no output at all is "ok" to pg_regress.
		$result = 'failed' if /\(test process/;
		$seen{$name} = 1;
		if ($result eq 'ok') { $count{passed}++ }
		else { failed("$kind $name") }
		printf "%-44s %s\n", "$kind $name", $result eq 'ok' ? '   1 passed' : 'FAILED';
	}
	failed("$kind $_: did not run") foreach grep { !$seen{$_} } @tests;
	return if $end eq '' && !grep { !$seen{$_} } @tests;
	failed("$kind: $end") if $end ne '' && !grep { /^$kind / } @failures;
	print @$lines;
	if (open(my $diffs, '<', "$outputdir/regression.diffs")) { print while <$diffs> }
}

# TAP scripts make servers of their own, so they run as the account that may, on a copy of test/.
sub run_tap
{
	my ($pgxs_source) = @_;
	my @scripts = sort glob('test/t/*.pl');
	return unless @scripts;
	my %server = server_settings();
	my $work = "$server{base}/tap";

	step('test/server.sh', 'user', 'mkdir', $work);
	step('cp', '-r', 'test', 'sql', 'docs', 'dbt', 'orchard.control', $work);
	step('chmod', '-R', 'a+rX', "$work/test", "$work/sql", "$work/docs", "$work/dbt");
	foreach my $script (@scripts)
	{
		my ($lines, $end) = output_of('test/server.sh', 'user', 'env', '-C', $work,
			"PATH=$server{bin}:$ENV{PATH}", "TESTDIR=$work", "TESTDATADIR=$work/tmp_check",
			"TESTLOGDIR=$work/tmp_check/log", "HOME=$work",
			"PG_REGRESS=$pgxs_source/test/regress/pg_regress", 'PG_TEST_TIMEOUT_DEFAULT=180',
			'prove', '--verbose', '-I', "$pgxs_source/test/perl", '-I', "$work/test/perl", $script);
		count_tap($script, $lines, $end);
	}
}

# Where PGXS keeps pg_regress.
sub pgxs_directory
{
	chomp(my $pgxs = `$pg_config --pgxs`);
	return $pgxs =~ s{/makefiles/pgxs\.mk$}{}r;
}

sub start_server
{
	$ENV{PG_CONFIG} = $pg_config;
	$ENV{SERVER} = 'test';
	$SIG{$_} = sub { system('test/server.sh', 'stop'); exit 130 } foreach qw(INT TERM HUP);
	step('test/server.sh', 'start');
}

sub stop_server
{
	$ENV{KEEP_LOG} = 'build/server.log';
	step('test/server.sh', 'stop');
}

sub regression_tests
{
	run_regress('regress', pgxs_directory() . '/test/regress/pg_regress', 'test', 'contrib_regression',
		map { m{([^/]+)\.sql$} } sort glob('test/sql/*.sql'));
}

# One result that is not a program's.
sub result
{
	my ($title, $is_ok) = @_;
	printf "%-44s %s\n", $title, $is_ok ? '   1 passed' : 'FAILED';
	if ($is_ok) { $count{passed}++ }
	else { failed($title) }
}

# What a crash leaves in the server's log.
sub no_crash
{
	my ($title) = @_;
	my @faults;
	open(my $log, '<', 'build/server.log') or die "no log of the server: $!";
	while (<$log>)
	{
		push @faults, $_ if /was terminated by signal|PANIC|runtime error:|AddressSanitizer|server process .* exited with exit code (?!1\b)/;
	}
	print "    $_" foreach @faults;
	result("$title: no crash", !@faults);
}

# Valgrind's reports whose stack has a frame of this checkout; PostgreSQL's own are not ours to mend.
sub valgrind_reports
{
	my ($directory) = @_;
	my $n = 0;
	foreach my $path (glob("$directory/*.log"))
	{
		my $report = '';
		open(my $log, '<', $path) or die "cannot read $path: $!";
		while (<$log>)
		{
			next unless s/^==\d+== ?//;
			if (/\S/) { $report .= $_; next }
			if ($report =~ m{\(\Q$top\E/src/(?:kernel|pg)/|^\s+(?:at|by) .*\(src/kernel/}m) { $n++; print "$report\n" }
			$report = '';
		}
	}
	return $n;
}

my $what = shift @ARGV || 'all';
my @quiet = ($make, '-s', '--no-print-directory');

if ($what eq 'all')
{
	step(@quiet, 'all', "PG_CONFIG=$pg_config");
	step(@quiet, 'test-programs');
	my @wrapper = sanitizers();
	run_programs('asan', 'unit', @wrapper);
	run_programs('asan', 'fuzz', @wrapper);

	my $pgxs = pgxs_directory();
	start_server();
	regression_tests();
	run_regress('isolation', "$pgxs/test/isolation/pg_isolation_regress", 'test/isolation',
		'isolation_regression', map { m{([^/]+)\.spec$} } sort glob('test/isolation/specs/*.spec'));
	run_tap($pgxs);
	stop_server();
}
elsif ($what eq 'unit' || $what eq 'fuzz')
{
	step(@quiet, $what eq 'unit' ? 'unit-programs' : 'test-programs');
	run_programs('asan', $what, sanitizers());
}
elsif ($what eq 'valgrind')
{
	step(@quiet, 'valgrind-programs');
	run_programs('valgrind', 'unit', qw(valgrind --quiet --error-exitcode=99 --leak-check=full));

	my $reports = tempdir(CLEANUP => 1);
	$minutes = 150;
	chmod(0777, $reports);
	$ENV{WRAPPER} = "valgrind --quiet --trace-children=yes --leak-check=no --fullpath-after= --log-file=$reports/%p.log";
	start_server();
	regression_tests();
	stop_server();
	result('regress under Valgrind: no report', valgrind_reports($reports) == 0);
}
elsif ($what eq 'sanitize')
{
	# A copy of the checkout, since the library is built with other flags.
	my $copy = "$top/build/sanitize";
	my $flags = '-fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -fno-sanitize=vptr';
	my @wrapper = sanitizers();

	remove_tree($copy);
	make_path($copy);
	step('cp', '-r', qw(Makefile orchard.control sql src test expected), $copy);
	chdir($copy) or die "cannot enter $copy: $!";
	$top = $copy;
	unlink glob('src/*/*.[od] src/*/*/*.[od]');
	$ENV{COPT} = $flags;
	step(@quiet, 'all', "PG_CONFIG=$pg_config", "COPT=$flags");
	chomp(my $asan = `gcc -print-file-name=libasan.so`);
	step('gcc', '-shared', '-fPIC', '-o', 'preload.so', 'test/sanitize_preload.c');
	$ENV{WRAPPER} = join(' ', 'env', "LD_PRELOAD='$asan $copy/preload.so'",
		"ASAN_OPTIONS='$ENV{ASAN_OPTIONS}:detect_stack_use_after_return=0'", "UBSAN_OPTIONS='$ENV{UBSAN_OPTIONS}'", @wrapper);
	start_server();
	regression_tests();
	stop_server();
	no_crash('regress with sanitizers');
}
elsif ($what eq 'smith')
{
	my $queries = $ENV{SMITH_QUERIES} || 20000;
	my $seed = $ENV{SMITH_SEED} || 1;
	step(@quiet, 'all', "PG_CONFIG=$pg_config");
	start_server();
	my %server = server_settings();
	my @psql = ("$server{bin}/psql", '-qX', '-v', 'ON_ERROR_STOP=1', "host=$server{PGHOST} user=postgres dbname=postgres");
	step(@psql, '-f', 'test/smith.sql');
	my ($lines, $end) = output_of('sqlsmith', "--target=host=$server{PGHOST} port=5432 user=smith dbname=smith",
		"--max-queries=$queries", "--seed=$seed", '--exclude-catalog', '--verbose');
	print $end eq '' ? ($lines->[-1] // '') =~ s/.*\r//r : @$lines;
	stop_server();
	result('sqlsmith ran' . ($end eq '' ? '' : ": $end"), $end eq '');
	no_crash("sqlsmith, $queries queries from seed $seed");
}
elsif ($what eq 'coverage')
{
	step(@quiet, 'coverage-programs');
	unlink glob('build/coverage/src/kernel/*/*.gcda');
	run_programs('coverage', 'unit');
	my ($lines) = output_of('gcov', '--no-output',
		grep { -e s/\.o$/.gcda/r } glob('build/coverage/src/kernel/*/*.o'));
	# gcov ends with the sum of all files, which has no name.
	my $file = 'kernel';
	foreach (@$lines)
	{
		$file = $1 if /^File '([^']+)'/;
		next unless /^Lines executed:([\d.]+)% of (\d+)/;
		printf "%-44s %6.1f%% of %d lines\n", $file, $1, $2;
		$file = 'kernel';
	}
}
else
{
	die "usage: check.pl all | unit | fuzz | valgrind | sanitize | smith | coverage\n";
}
finish();

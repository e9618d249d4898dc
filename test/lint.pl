#!/usr/bin/perl
# lint.pl: the rules of the house that a machine can check.  `make lint` runs it.
#
# Text rules first (the wall, the rooms, includes, guards, SQL comments), then what needs a tool:
# headers that compile alone, no writable data in the kernel, a build with clang, clang-format,
# cppcheck, clang-tidy.
use strict;
use warnings;

use Cwd qw(getcwd);

my $top = getcwd();
my $make = $ENV{MAKE} || 'make';
my $pg_config = $ENV{PG_CONFIG} || 'pg_config';
my $kernel_flags = $ENV{KERNEL_CFLAGS} =~ s/-MMD|-MP//gr;
my $faults = 0;

# A room may include the rooms of lower floors, never one of its own floor.
my @floors = (
	[qw(base)], [qw(codec thread)], [qw(stat)], [qw(dataset)],
	[qw(window prep linear tree metric)], [qw(model)]);
my %floor = map { my $n = $_; map { $_ => $n } @{ $floors[$n] } } 0 .. $#floors;

# What the kernel may see of the C library.
my %system_header = map { $_ => 1 }
  qw(assert.h dlfcn.h errno.h fenv.h float.h inttypes.h limits.h math.h pthread.h signal.h
  stdalign.h stdatomic.h stdbool.h stddef.h stdint.h string.h);

STDOUT->autoflush(1);
delete @ENV{qw(MAKEFLAGS MAKELEVEL MFLAGS)};

sub fault
{
	print "@_\n";
	$faults++;
}

sub text_of
{
	my ($path) = @_;
	local $/;
	open(my $file, '<', $path) or die "cannot read $path: $!\n";
	my $text = <$file>;
	return $text // '';
}

# Every line of a file that matches, as a fault.
sub refuse
{
	my ($path, $pattern, $why) = @_;
	my $number = 0;
	foreach (split /\n/, text_of($path))
	{
		$number++;
		fault("$path:$number: $why: $_") if /$pattern/;
	}
}

sub tool
{
	my ($title, $command) = @_;
	my $output = `($command) 2>&1`;
	return if $? == 0;
	fault("$title:\n$output");
}

sub includes_of
{
	my ($path) = @_;
	return text_of($path) =~ /^#\s*include\s+([<"][^>"]+[>"])/mg;
}

sub check_kernel_file
{
	my ($path) = @_;
	my ($room) = $path =~ m{^src/kernel/(\w+)/};

	return fault("$path: room $room stands on no floor of test/lint.pl") unless defined $floor{$room};
	refuse($path, qr/postgres\.h|palloc|elog|ereport|\bDatum\b/, 'PostgreSQL below the wall');
	refuse($path, qr/\b(?:malloc|calloc|realloc|free|[fs]?printf|fopen|rand|srand|time|clock|setlocale|exit|abort)\s*\(/,
		'memory, output, clocks and chance belong to the caller');
	foreach (includes_of($path))
	{
		if (/^"kernel\/(\w+)\/\w+\.h"$/)
		{
			fault("$path: includes $_, which is not below room $room")
			  unless $1 eq $room || defined $floor{$1} && $floor{$1} < $floor{$room};
		}
		elsif (!/^<(.*)>$/ || !($system_header{$1} || $path =~ /_simd\.c$/))
		{
			fault("$path: includes $_");
		}
	}
	(my $own = $path) =~ s{^src/(.*)\.c$}{$1.h};
	fault("$path: does not include its own header first")
	  if -f "src/$own" && $own ne $path && ((includes_of($path))[0] // '') ne "\"$own\"";
}

sub check_guard
{
	my ($path) = @_;
	my $guard = uc($path =~ s{^src/}{orchard/}r =~ s{[/.]}{_}gr);
	fault("$path: its guard is not $guard")
	  unless text_of($path) =~ /^#ifndef \Q$guard\E\n#define \Q$guard\E\n/m;
}

# Each CREATE needs a COMMENT ON; overloads are counted, a shell type and its definition are one.
sub check_sql
{
	my (%made, %said);
	my $kinds = 'FUNCTION|PROCEDURE|AGGREGATE|TYPE|DOMAIN|VIEW|TABLE|SEQUENCE|SCHEMA|OPERATOR CLASS|OPERATOR|CAST';

	foreach my $path (glob('sql/*.sql'))
	{
		my $text = text_of($path);
		$text =~ s/--[^\n]*//g;
		$text =~ s/(\$\w*\$).*?\1//gs;
		$text =~ s/'(?:[^']|'')*'/''/g;
		fault("$path: CREATE OR REPLACE") if $text =~ /CREATE\s+OR\s+REPLACE/i;
		foreach (split /;/, $text)
		{
			s/\s+/ /g;
			if (/^ ?CREATE (?:UNLOGGED )?($kinds) (\([^)]*\)|[^\s(]+)/i) { $made{ uc($1) . " $2" }++ }
			elsif (/^ ?COMMENT ON ($kinds) (\([^)]*\)|[^\s(]+)/i) { $said{ uc($1) . " $2" }++ }
		}
	}
	foreach (sort keys %made)
	{
		my $due = /^TYPE/ ? 1 : $made{$_};
		fault("sql: $_: $due created, " . ($said{$_} // 0) . ' with COMMENT ON')
		  if ($said{$_} // 0) < $due;
	}
}

my @kernel = glob('src/kernel/*/*.[ch]');
my @glue = glob('src/pg/*.[ch]');

check_kernel_file($_) foreach @kernel;
check_guard($_) foreach grep { /\.h$/ && !/_template\.h$/ } @kernel, @glue;
foreach (@kernel, @glue)
{
	refuse($_, qr/PG_VERSION_NUM/, 'versions are told apart in compat.h') unless $_ eq 'src/pg/compat.h';
	refuse($_, qr/\w+intrin\.h|arm_neon\.h|\b_mm\d*_|\b__m\d+[id]?\b/, 'intrinsics outside a *_simd.c file')
	  unless /_simd\.c$/;
}
foreach (@glue)
{
	# From PostgreSQL 16 on these macros are in a header of their own, which compat.h includes.
	fault("$_: takes values of any length apart without pg/compat.h")
	  if /\.c$/ && text_of($_) =~ /\b(?:SET_)?VAR(?:DATA|SIZE)(?:_\w+)?\(/ && !grep { $_ eq '"pg/compat.h"' } includes_of($_);
	fault("$_: does not include postgres.h first")
	  unless ((includes_of($_))[0] // '') eq '"postgres.h"';
}
check_sql();

my ($version) = text_of('orchard.control') =~ /^default_version *= *'(.*)'/m;
fault("META.json: not version $version throughout")
  unless 2 == (() = text_of('META.json') =~ /"version": "\Q$version\E"/g);
foreach (glob('test/sql/*.sql'))
{
	my ($name) = m{([^/]+)\.sql$};
	fault("$_ has no expected/$name.out") unless -f "expected/$name.out";
}
foreach (glob('expected/*.out'))
{
	my ($name) = m{([^/]+)\.out$};
	fault("$_ has no test/sql/$name.sql") unless -f "test/sql/$name.sql";
	refuse($_, qr/server closed the connection|\bXX000\b|cache lookup failed/, 'a crash or an internal error');
}

my $server_headers = `$pg_config --includedir-server`;
chomp($server_headers);
foreach my $compiler ('gcc', 'clang')
{
	tool("$compiler, each kernel header alone", join(' && ', 'true',
		map { "$compiler $kernel_flags -fsyntax-only -include $_ -x c /dev/null" }
		  grep { /\.h$/ && !/_template\.h$/ } @kernel));
}
tool('each glue header alone', join(' && ', 'true',
	map { "gcc -Isrc -isystem $server_headers -fsyntax-only -include $_ -x c /dev/null" }
	  grep { /\.h$/ && !/_template\.h$/ } @glue));

# A copy, so that the objects of the default compiler stay.
tool('build with clang', "rm -rf build/clang && mkdir -p build/clang && " .
	  "cp -a Makefile orchard.control src sql build/clang && cd build/clang && " .
	  "find src -name '*.[od]' -delete && $make -s CC=clang PG_CONFIG=$pg_config all");

# The only writable data of the kernel is a table of functions that is set once.
foreach my $object (glob('build/clang/src/kernel/*/*.o'))
{
	foreach (split /\n/, `objdump -t $object`)
	{
		next unless /^[0-9a-f]+ .{6}O (\.data|\.bss|\.tdata|\.tbss|\*COM\*)\S*\t[0-9a-f]+\s+(?:\.hidden )?(\S+)/;
		next if /\.data\.rel\.ro/ || $2 =~ /_(?:dispatch|functions|once|lock)\b/;
		fault("$object: global state: $2");
	}
}

my $c_files = join(' ', @kernel, @glue, glob('test/unit/*.[ch] test/fuzz/*.[ch]'));
# Versions differ in small things: Debian 12's decides.
tool('clang-format (make format mends it)', "clang-format --dry-run -Werror $c_files")
  if `clang-format --version` =~ /version 14\./;
tool('cppcheck', 'cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr -Isrc ' .
	  '--enable=warning,performance,portability --suppress=missingIncludeSystem src/kernel');
tool('clang-tidy', 'clang-tidy --quiet ' . join(' ', glob('src/kernel/*/*.c')) .
	  ' -- -std=c11 -Isrc -D_POSIX_C_SOURCE=200809L');

print $faults == 0 ? "lint: nothing to say\n" : "lint: $faults at fault\n";
exit($faults == 0 ? 0 : 1);

#!/usr/bin/perl
# run.pl [ROOM...]: breaks the kernel on purpose, one mutant at a time, and demands that the unit
# tests of that room fail.
#
# Without a ROOM all of them, shared out among as many processes as there are processors.
#
# MUTANTS_OF=N tries one in N, at least three a room, and of the rest only that they apply; which
# ones moves on with each commit.
#
# A mutant is a line "path<TAB>old text<TAB>new text" of test/mutants/<room>.txt (\n and \t stand for
# a line end and a tab); the old text occurs exactly once in the file.  Fails when a mutant survives,
# does not apply or does not compile, or when a room has fewer than three.
use strict;
use warnings;

use Cwd qw(getcwd);

my $top = getcwd();
my $tree = $ENV{MUTANTS_TREE} // "$top/build/mutants";
my $make = $ENV{MAKE} || 'make';
my $one_of = $ENV{MUTANTS_OF} || 1;
my $turn = $one_of > 1 ? `git rev-list --count HEAD 2>/dev/null` || 0 : 0;
my ($caught, $bad) = (0, 0);

sub read_text
{
	my ($path) = @_;
	local $/;
	open(my $file, '<', $path) or die "cannot read $path: $!\n";
	return scalar <$file>;
}

sub write_text
{
	my ($path, $text) = @_;
	open(my $file, '>', $path) or die "cannot write $path: $!\n";
	print $file $text;
	close($file) or die "cannot write $path: $!\n";
}

sub quietly
{
	my (@command) = @_;
	my $pid = fork();
	die "cannot fork: $!" unless defined $pid;
	if ($pid == 0)
	{
		open(STDOUT, '>', "$tree/log");
		open(STDERR, '>&', \*STDOUT);
		exec(@command) or exit 127;
	}
	waitpid($pid, 0);
	return $?;
}

# Seconds after which a program counts as stuck; set from how long the unmodified room takes.
my $patience = 600;

# How many mutants of a file, and of all files, each program has caught.
my (%catches_of, %catches);

# How likely a program is to test a file: by its name, by what it caught, by how their names begin.
sub likelihood
{
	my ($program, $path, $room) = @_;
	my $noun = $path =~ m{([^/]+)\.[ch]$} ? $1 : '';
	my ($name) = $program =~ m{/test_\Q$room\E_(\w+)$};
	my $both = "$name\0$noun" =~ /^(.*).*\0\1/ ? length $1 : 0;
	return ($name eq $noun ? 1e6 : 0) + 1e3 * ($catches_of{$path}{$program} // 0) + 3 * ($catches{$program} // 0) + $both;
}

# Builds and runs the room's tests, the likeliest first: 'passed', 'failed', 'stuck', ...
sub verdict
{
	my ($room, $path) = @_;
	my @programs = map { s{\.c$}{}r } glob("test/unit/test_${room}_*.c");
	my %likelihood = map { $_ => likelihood($_, $path, $room) } @programs;
	@programs = sort { $likelihood{$b} <=> $likelihood{$a} || $a cmp $b } @programs;
	return 'not tested' unless @programs;
	foreach my $program (@programs)
	{
		return 'not compiled'
		  if quietly($make, '-s', '-C', $tree, 'WERROR=', "build/asan/$program");
		my $status = quietly('timeout', $patience, @main::wrapper, "$tree/build/asan/$program");
		$catches_of{$path}{$program}++, $catches{$program}++ if $status;
		return 'stuck' if $status >> 8 == 124;
		return 'failed' if $status;
	}
	return 'passed';
}

# Runs this script once a processor, each on rooms of its own, the longest lists first.
sub share_out
{
	my $workers = `getconf _NPROCESSORS_ONLN` || 1;
	my @lists = sort { -s $b <=> -s $a } glob('test/mutants/*.txt');
	my @shares = map { { size => 0, rooms => [] } } 1 .. $workers;
	my $failed = 0;

	foreach my $list (@lists)
	{
		my ($least) = sort { $a->{size} <=> $b->{size} } @shares;
		$least->{size} += -s $list;
		push @{ $least->{rooms} }, $list =~ m{([^/]+)\.txt$};
	}
	@shares = grep { @{ $_->{rooms} } } @shares;
	foreach my $n (0 .. $#shares)
	{
		local $ENV{MUTANTS_TREE} = "$tree-$n";
		open($shares[$n]{pipe}, '-|', $^X, $0, @{ $shares[$n]{rooms} }) or die "cannot run $0: $!\n";
	}
	foreach my $share (@shares)
	{
		my $pipe = $share->{pipe};
		while (<$pipe>)
		{
			if (/^(\d+) mutants caught, (\d+) at fault$/) { $caught += $1; $bad += $2 }
			else { print }
		}
		$failed = 1 unless close($pipe);
	}
	my @unlisted = grep { my @files = glob("src/kernel/$_/*.c"); @files && !-f "test/mutants/$_.txt" }
	  map { m{([^/]+)/$} } glob("src/kernel/*/");
	print "room $_ has no mutants\n" foreach @unlisted;
	$bad += @unlisted;
	print "$caught mutants caught, $bad at fault\n";
	exit($bad == 0 && $caught > 0 && !$failed ? 0 : 1);
}

our @wrapper = system('setarch -R true >/dev/null 2>&1') == 0 ? ('setarch', '-R') : ();
open(STDIN, '<', '/dev/null');
STDOUT->autoflush(1);
$ENV{ASAN_OPTIONS} = 'detect_leaks=0:allocator_may_return_null=1';
delete @ENV{qw(MAKEFLAGS MAKELEVEL MFLAGS)};

share_out() unless @ARGV;

# Starts from what is built already: times are kept, so only the mutant's file is compiled again.
system("rm -rf '$tree' && mkdir -p '$tree/build' && cp -a Makefile orchard.control src test '$tree' && " .
	  "{ [ ! -d build/asan ] || cp -a build/asan '$tree/build'; }") == 0
  or die "cannot copy the tree\n";

my %chosen = map { $_ => 1 } @ARGV;
my %count;
foreach my $list (sort glob('test/mutants/*.txt'))
{
	my ($room) = $list =~ m{([^/]+)\.txt$};
	next if %chosen && !$chosen{$room};
	$patience = 600;
	my $result = verdict($room, '');
	my $start = time();
	$result = verdict($room, '') if $result eq 'passed';
	if ($result ne 'passed')
	{
		print "$list: the unmodified room: $result\n", read_text("$tree/log");
		$bad++;
		next;
	}
	$patience = 15 + 5 * (time() - $start);
	my @mutants = grep { !/^\s*(?:#|$)/ } split /\n/, read_text($list);
	my $stride = @mutants < 3 * $one_of ? int(@mutants / 3) || 1 : $one_of;
	foreach my $n (0 .. $#mutants)
	{
		local $_ = $mutants[$n];
		my ($path, $old, $new) = split /\t/;
		s/\\n/\n/g, s/\\t/\t/g foreach grep { defined } $old, $new;
		my $result = 'applies not exactly once';
		my $note = '';
		if (!defined $old || $path !~ m{^src/kernel/\Q$room\E/} || !-f $path)
		{
			$result = 'is no line of this room';
		}
		else
		{
			$new //= '';
			my $text = read_text($path);
			my $times = () = $text =~ /\Q$old\E/g;
			if ($times == 1 && ($n + $turn) % $stride)
			{
				$result = 'applies';
			}
			elsif ($times == 1)
			{
				write_text("$tree/$path", $text =~ s/\Q$old\E/$new/r);
				my $outcome = verdict($room, $path);
				$result = $outcome eq 'failed' || $outcome eq 'stuck' ? 'caught' :
				  $outcome eq 'passed' ? 'survived' : $outcome;
				$note = $outcome eq 'stuck' ? '  (never ended)' : '';
				write_text("$tree/$path", $text);
			}
		}
		$count{$room}++;
		next if $result eq 'applies';
		$result eq 'caught' ? $caught++ : $bad++;
		(my $line = $_) =~ s/\t/  ->  /g;
		printf "%-8s  %s%s\n", $result, $line, $note;
	}
}
foreach my $directory (sort glob('src/kernel/*/'))
{
	my ($room) = $directory =~ m{([^/]+)/$};
	next if %chosen && !$chosen{$room} || !glob("$directory*.c");
	next if ($count{$room} // 0) >= 3;
	printf "room %s has %d mutants, at least 3 are due\n", $room, $count{$room} // 0;
	$bad++;
}
print "$caught mutants caught, $bad at fault\n";
exit($bad == 0 && $caught > 0 ? 0 : 1);

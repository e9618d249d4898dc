#!/usr/bin/perl
# tutorial.pl [--update] FILE...: runs the SQL of tutorials and compares what it prints.
#
# Each file gets a database of its own, named after it, on the server that PGHOST and the like name;
# its ```sql blocks run in order in one psql.  A ```text block right after one is what that block
# prints.  A block that fails, or prints something else, is a fault; --update writes what was printed
# into the file instead.
use strict;
use warnings;

use File::Basename qw(basename);
use File::Temp qw(tempfile);

my $update = @ARGV && $ARGV[0] eq '--update' ? shift @ARGV : '';
my $faults = 0;

# The text as parts: [kind, text], where kind is sql, text or '' for what is neither.
sub parts_of
{
	my ($text) = @_;
	my @parts;
	while ($text =~ /\G(.*?)^```(sql|text)\n(.*?)^```\n/gcms)
	{
		push @parts, [ '', $1 ], [ $2, $3 ];
	}
	push @parts, [ '', substr($text, pos($text) // 0) ];
	return @parts;
}

# What each block of SQL prints; the last one may end with an error, and those after it are missing.
sub outputs_of
{
	my ($database, @blocks) = @_;
	my $script = '';
	$script .= "\\echo \@\@block $_\n$blocks[$_]\n" foreach 0 .. $#blocks;
	my ($out, $file) = tempfile(UNLINK => 1);
	print $out $script;
	close($out);
	my $printed = `psql -X -q -v ON_ERROR_STOP=1 -P pager=off -f $file -d $database 2>&1`;
	my $status = $?;
	my @outputs = split /^\@\@block \d+\n/m, $printed;
	shift @outputs;
	s/^psql:\S+:\d+: //mg, s/[ \t]+$//mg, s/\n+\z/\n/ foreach @outputs;
	return ($status, @outputs);
}

foreach my $path (@ARGV)
{
	(my $database = basename($path, '.md')) =~ s/\W/_/g;
	open(my $in, '<', $path) or die "cannot read $path: $!\n";
	my $text = do { local $/; <$in> };
	my @parts = parts_of($text);
	my @blocks = map { $_->[1] } grep { $_->[0] eq 'sql' } @parts;
	system('psql', '-X', '-q', '-d', 'postgres', '-c', 'SET client_min_messages = warning',
		'-c', "DROP DATABASE IF EXISTS $database", '-c', "CREATE DATABASE $database") == 0
	  or die "cannot make the database $database\n";
	my ($status, @outputs) = outputs_of($database, @blocks);
	my $n = -1;
	if ($status != 0)
	{
		print "$path: block $#outputs fails:\n$blocks[$#outputs]$outputs[-1]";
		$faults++;
		next;
	}
	foreach my $i (0 .. $#parts)
	{
		my ($kind, $expected) = @{ $parts[$i] };
		$n++ if $kind eq 'sql';
		if ($kind eq 'text' && $update)
		{
			$parts[$i][1] = $outputs[$n];
		}
		elsif ($kind eq 'text' && $expected ne $outputs[$n])
		{
			print "$path: block $n prints\n$outputs[$n]not\n$expected";
			$faults++;
		}
	}
	printf "%s: %d blocks of SQL, %d of output\n", $path, scalar(@blocks), scalar(grep { $_->[0] eq 'text' } @parts);
	next unless $update;
	open(my $out, '>', $path) or die "cannot write $path: $!\n";
	print $out map { $_->[0] ? "```$_->[0]\n$_->[1]```\n" : $_->[1] } @parts;
	close($out) or die "cannot write $path: $!\n";
}
exit($faults > 0 ? 1 : 0);

#!/bin/sh
# deps.sh GROUP: installs the Debian packages that GROUP (check, lint, demo, valgrind or smith) needs and lacks.
#
# Where nothing is missing nothing is run, so that neither network nor root is needed.
set -eu

pg_config=${PG_CONFIG:-pg_config}
missing=

# want PACKAGE COMMAND...: PACKAGE is missing where COMMAND fails
want()
{
	package=$1
	shift
	"$@" >/dev/null 2>&1 || missing="$missing $package"
}

# Debian's client package has the makefiles of PGXS but not the headers.
has_pgxs()
{
	[ -f "$("$pg_config" --pgxs)" ] && [ -f "$("$pg_config" --includedir-server)/postgres.h" ] &&
		[ -x "$("$pg_config" --bindir)/postgres" ]
}

# "postgresql-N postgresql-server-dev-N" for 15, or for what this release of Debian carries
postgresql_packages()
{
	version=15
	apt-cache show postgresql-15 >/dev/null 2>&1 ||
		version=$(apt-cache depends postgresql | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | head -n 1)
	echo "postgresql-$version postgresql-server-dev-$version"
}

# To build and run Orchard
want_build()
{
	want gcc command -v "${CC:-cc}"
	want libc6-dev sh -c 'echo "#include <stdio.h>" | ${CC:-cc} -E - '
	want make command -v make
	want POSTGRESQL has_pgxs
}

# To fetch the demo's data; Orchard itself needs no Python
want_data()
{
	want python3 command -v /usr/bin/python3
	want python3-pip /usr/bin/python3 -m pip --version
	# pip asks them for a source package's metadata; from Debian 13 on it does not bring them.
	want python3-setuptools /usr/bin/python3 -c 'import setuptools'
	want python3-wheel /usr/bin/python3 -c 'import wheel'
}

case ${1:-check} in
	check)
		want_build
		want_data
		want perl perl -MTest::More -e 1
		want perl command -v prove
		want libipc-run-perl perl -MIPC::Run -e 1
		# For the virtual environment of dbt, and a repository of its package
		want git command -v git
		want python3-venv /usr/bin/python3 -c 'import ensurepip'
		# The peer that the demo's model is compared with
		want python3-sklearn /usr/bin/python3 -c 'import sklearn'
		;;
	lint)
		want clang command -v clang
		want clang-format command -v clang-format
		want clang-tidy command -v clang-tidy
		want cppcheck command -v cppcheck
		;;
	demo)
		want_build
		want_data
		;;
	valgrind)
		want_build
		want valgrind command -v valgrind
		;;
	smith)
		want_build
		want sqlsmith command -v sqlsmith
		;;
	*)
		echo "usage: $0 check|lint|demo|valgrind|smith" >&2
		exit 2
		;;
esac

[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
	as_root=
elif sudo -n true 2>/dev/null; then
	as_root="sudo -n"
else
	echo "deps: missing:$missing" >&2
	echo "deps: install them (as root: make deps), then try again" >&2
	exit 1
fi
command -v apt-get >/dev/null 2>&1 || {
	echo "deps: missing:$missing; there is no apt-get here, install them by hand" >&2
	exit 1
}

echo "deps: installing$missing"
DEBIAN_FRONTEND=noninteractive
export DEBIAN_FRONTEND
$as_root apt-get update -q </dev/null
case $missing in
	*POSTGRESQL*)
		missing=$(echo "$missing" | sed "s/POSTGRESQL/$(postgresql_packages)/")
		# The tests make their own server; the package need not start one.
		if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
			$as_root mkdir -p /etc/postgresql-common
			echo "create_main_cluster = false" |
				$as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
		fi
		;;
esac
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
	-o Dpkg::Options::=--force-confold $missing </dev/null

#!/bin/sh
# server.sh: a throwaway PostgreSQL with this checkout's Orchard, for the tests and the demo.
#
#   server.sh start [NAME=VALUE...]  make it if need be, install Orchard into it, start it; settings as in
#                                    postgresql.conf
#   server.sh run COMMAND [ARG...]   the same, then COMMAND with PGHOST, PGPORT, PGUSER and PATH set, then stop
#   server.sh user COMMAND [ARG...]  COMMAND as the account that owns the server (PostgreSQL refuses root)
#   server.sh env                    print the settings of a started server, for eval
#   server.sh stop                   stop it and remove it
#
# SERVER=name (default "test") tells several apart; SETTINGS="NAME=VALUE ..." are settings too;
# WRAPPER="COMMAND ARG..." runs the server under COMMAND.  The library is not installed into the
# system: the server runs from a private copy of PostgreSQL whose programs are copies and whose other
# files are links, since PostgreSQL finds its directories relative to its programs.  It listens on a Unix
# socket only.  Everything is in build/, or under TMPDIR where the account `postgres` cannot enter
# the checkout.
set -eu

umask 022
top=$(cd "$(dirname "$0")/.." && pwd -P)
pg_config=${PG_CONFIG:-pg_config}
name=${SERVER:-test}
state=$top/build/server-$name.env

if [ "$(id -u)" = 0 ]; then
	account=postgres
	id "$account" >/dev/null 2>&1 || account=nobody
else
	account=
fi

# Runs a command as the server's account.
as_account()
{
	if [ -n "$account" ]; then
		runuser -u "$account" -- "$@"
	else
		"$@"
	fi
}

# link_tree FROM TO: TO becomes a tree of links to the files of FROM
link_tree()
{
	mkdir -p "$2"
	cp -as "$1/." "$2"
}

make_copy()
{
	copy=$base/pg
	bin=$copy$("$pg_config" --bindir)
	[ -x "$bin/postgres" ] && return
	mkdir -p "$bin"
	for program in postgres initdb pg_ctl psql pg_config pg_dump pg_dumpall pg_restore pg_isready \
		pg_basebackup pg_receivewal pg_waldump pg_controldata pg_resetwal pg_rewind \
		pg_checksums pg_verifybackup pg_amcheck pg_upgrade pgbench createdb dropdb vacuumdb; do
		from=$("$pg_config" --bindir)/$program
		[ ! -e "$from" ] || cp -L "$from" "$bin/"
	done
	link_tree "$("$pg_config" --pkglibdir)" "$copy$("$pg_config" --pkglibdir)"
	link_tree "$("$pg_config" --sharedir)" "$copy$("$pg_config" --sharedir)"
	# An Orchard that the system has must not be seen.
	rm -f "$copy$("$pg_config" --pkglibdir)"/orchard.so "$copy$("$pg_config" --sharedir)"/extension/orchard*
}

install_extension()
{
	make -s -C "$top" all "PG_CONFIG=$pg_config"
	install -m 755 "$top/orchard.so" "$copy$("$pg_config" --pkglibdir)/"
	for file in "$top"/orchard.control "$top"/orchard--*.sql "$top"/sql/orchard--*.sql; do
		[ ! -e "$file" ] || install -m 644 "$file" "$copy$("$pg_config" --sharedir)/extension/"
	done
}

# Sets base, a directory that the account can enter, and socket, one with a short path.
choose_base()
{
	mkdir -p "$top/build"
	base=$top/build/server-$name
	mkdir -p "$base"
	if [ -n "$account" ]; then
		chown "$account" "$base"
		if ! as_account test -r "$base" 2>/dev/null; then
			rmdir "$base"
			base=$(mktemp -d "${TMPDIR:-/tmp}/orchard-$name.XXXXXX")
			chown "$account" "$base"
		fi
	fi
	socket=$base
	# A socket's path has at most 107 bytes.
	if [ "${#socket}" -gt 80 ]; then
		socket=$(mktemp -d /tmp/orchard.XXXXXX)
		[ -z "$account" ] || chown "$account" "$socket"
	fi
}

start()
{
	stop
	choose_base
	make_copy
	install_extension
	cd "$base"
	as_account "$bin/initdb" --pgdata="$base/data" --auth=trust --username=postgres --no-sync \
		--encoding=UTF8 --locale=C >"$base/initdb.log" 2>&1 || {
		cat "$base/initdb.log" >&2
		exit 1
	}
	{
		cat <<-SETTINGS
			listen_addresses = ''
			unix_socket_directories = '$socket'
			port = 5432
			fsync = off
			wal_level = minimal
			max_wal_senders = 0
			max_wal_size = 4GB
			dynamic_shared_memory_type = mmap
			jit = off
			log_line_prefix = '%m [%p] %q%a '
		SETTINGS
		for setting in ${SETTINGS:-} "$@"; do
			echo "${setting%%=*} = '${setting#*=}'"
		done
	} >>"$base/data/postgresql.conf"
	{
		echo "base='$base'"
		echo "bin='$bin'"
		echo "PGHOST='$socket'; export PGHOST"
		echo "PGPORT=5432; export PGPORT"
		echo "PGUSER=postgres; export PGUSER"
		echo "PGDATABASE=postgres; export PGDATABASE"
		echo "PATH='$bin':\$PATH; export PATH"
	} >"$state"
	program=$bin/postgres
	if [ -n "${WRAPPER:-}" ]; then
		program=$base/postgres
		printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$WRAPPER" "$bin/postgres" >"$program"
		chmod 755 "$program"
	fi
	as_account "$bin/pg_ctl" --pgdata="$base/data" --log="$base/server.log" --wait --timeout=120 \
		-p "$program" start >/dev/null </dev/null || {
		cat "$base/server.log" >&2
		exit 1
	}
	cd "$top"
}

stop()
{
	[ -f "$state" ] || return 0
	base=$(sed -n "s/^base='\(.*\)'$/\1/p" "$state")
	socket=$(sed -n "s/^PGHOST='\(.*\)'; export PGHOST$/\1/p" "$state")
	bin=$(sed -n "s/^bin='\(.*\)'$/\1/p" "$state")
	if [ -f "$base/data/postmaster.pid" ]; then
		(cd "$base" && as_account "$bin/pg_ctl" --pgdata="$base/data" --mode=immediate stop) >/dev/null 2>&1 || true
	fi
	[ -z "${KEEP_LOG:-}" ] || cp "$base/server.log" "$KEEP_LOG" 2>/dev/null || true
	rm -rf "$base" "$socket" "$state"
}

command=${1:-}
[ $# = 0 ] || shift
case $command in
	start)
		start "$@"
		;;
	run)
		trap stop EXIT
		trap 'exit 130' INT
		trap 'exit 143' TERM HUP
		start
		. "$state"
		status=0
		"$@" || status=$?
		exit "$status"
		;;
	user)
		as_account "$@"
		;;
	env)
		cat "$state"
		;;
	stop)
		for state in "$top"/build/server-${SERVER:-*}.env; do
			stop
		done
		;;
	*)
		sed -n '2,/^set/s/^#\{0,1\} \{0,1\}//p' "$0" | sed '/^set/d' >&2
		exit 2
		;;
esac

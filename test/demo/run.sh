#!/bin/sh
# run.sh: the demo, on the server that PGHOST and its kin name; `make demo` starts one.
#
# Makes the database "demo" there anew and runs the SQL files in order; they are plain SQL and meant
# to be read.  Debian packages: those of fetch.sh.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=${DEMO_BUILD:-$(cd "$here/../.." && pwd)/build/demo}

now()
{
	date +%s.%N
}

elapsed()
{
	echo "$1 $(now)" | awk '{printf "%.1f s", $2 - $1}'
}

# step TITLE COMMAND...: the title, the command, its time
step()
{
	title=$1
	shift
	begin=$(now)
	printf '\n=== %s\n' "$title"
	"$@"
	printf -- '--- %s\n' "$(elapsed "$begin")"
}

sql()
{
	(cd "$build" && psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --pset=footer=off \
		--dbname=demo --file="$here/$1")
}

PGOPTIONS="--client-min-messages=warning ${PGOPTIONS:-}"
export PGOPTIONS

start=$(now)
step '0. Fetch the data' "$here/fetch.sh" "$build"
psql --no-psqlrc --quiet --dbname=postgres \
	--command='DROP DATABASE IF EXISTS demo' --command='CREATE DATABASE demo'
step '1. Load it' sql 1_load.sql
step '2. Features: what was known at departure' sql 2_features.sql
step '3. Train on January to October' sql 3_train.sql
step '4. Score November and December' sql 4_score.sql
step '5. A leak, planted' sql 5_leak.sql
printf '\nThe demo took %s.\n' "$(elapsed "$start")"

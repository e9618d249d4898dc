#!/bin/sh
# deploy.sh: what 1,000 deployments and rollbacks do to the latency of scoring by name at full load.
# ROUNDS (default 5) is the number of pairs of runs, SECONDS_EACH (default 12) their length.
set -eu

SERVER=bench SETTINGS="jit=off autovacuum=off synchronous_commit=off" exec test/server.sh run perl test/bench/deploy.pl

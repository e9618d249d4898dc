#!/bin/sh
# dbt.sh: dbt's example of 336,776 flights built twice: the second time nothing changed, so nothing is
# trained.  The ratio is of the execution_time (run_results.json) of the nodes that fit.  DBT names a
# dbt with dbt-postgres, PYTHON a Python with pip for the data.
set -eu

SERVER=bench SETTINGS="shared_buffers=1GB jit=off" exec test/server.sh run perl test/bench/dbt.pl "${DBT:-dbt}"

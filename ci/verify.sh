#!/bin/sh
# Everything against everything that this machine can run: golden records and live Fortran, all configurations, planted defects.
# Ends with a table; reports go into results/. Exit status 0 only if nothing is DIFFERENT, VACUOUS or NOT-RUN without excuse.
cd "$(dirname "$0")/.."
. ci/setup.sh
pysces-verify doctor
pysces-verify matrix --json results/matrix.json --junit results/matrix.xml --report results/report --ledger results/ledger.jsonl

#!/bin/sh
# The main job: golden records and live Fortran in the main configurations, planted defects, a baroclinic wave beside
# HOMME's, its growth of round-off, and a glance at time. Ends with tables; results/report/index.html shows everything.
# Exit status 0 only if nothing is DIFFERENT, VACUOUS or NOT-RUN without excuse. `sh ci/verify.sh --deep` takes every
# configuration that this machine can run, and ten days of the wave. Keep results/ledger.jsonl, or name another in
# PYSCES_LEDGER, and the report shows R over time and warns where it doubles.
cd "$(dirname "$0")/.."
. ci/setup.sh
configurations="--config numpy-f64 --config jax-cpu-f64 --config jax-cpu-f64-nofma --config jax-cpu-f32"
days=2
if [ "${1:-}" = --deep ]; then configurations=--deep days=10; fi

failed=0
made=""
measure() { # measure NAME COMMAND...: its rows go into results/NAME.json and into the report, whatever it says
    name=$1
    shift
    rm -f "results/$name.json"
    "$@" --json "results/$name.json" || failed=1
    if [ -f "results/$name.json" ]; then made="$made results/$name.json"; else failed=1; fi
}

measure doctor pysces-verify doctor
measure baroclinic_wave pysces-verify case --days $days --image results/baroclinic_wave.png
if python -c 'import sys, pysces_harness.running.configurations as c; sys.exit(bool(c.FORTRAN["r8_strict"].missing()))'; then
    measure growth pysces-verify growth --ne 3 --days 2
    measure perf pysces-verify perf theta_l_dynamics_step cam_se_dynamics_step --ne 4 --rounds 5
else
    echo "growth and perf are NOT-RUN: reference_fortran was installed without a Fortran compiler." >&2
fi
measure matrix pysces-verify matrix $configurations --junit results/matrix.xml
if [ "$configurations" != --deep ]; then # a mesh cut into parts has the bits of one process; --deep has every cut
    measure parts pysces-verify run dss theta_l_wave cam_se_wave --config mpi-2 --config sharded-2
fi
pysces-verify report $made --report results/report --markdown results/report.md \
    --ledger "${PYSCES_LEDGER:-results/ledger.jsonl}" || failed=1
exit $failed

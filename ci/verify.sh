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
plan=results/plan.tsv
# What an earlier run left must not be taken for this one's.
rm -rf results/report results/report.md results/matrix.xml "$plan"
event() { printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$plan"; }
planned() { # planned NAME...: each will write results/NAME.json; what does not is NOT-RUN in the report
    for name in "$@"; do
        rm -f "results/$name.json"
        event planned "$name" "results/$name.json"
    done
}
measure() { # measure NAME COMMAND...: its rows go into results/NAME.json, its exit status into the plan
    name=$1 status=0
    shift
    "$@" --json "results/$name.json" || status=$?
    event ended "$name" $status
    if [ $status != 0 ]; then failed=1; fi
}
report() { # everything that was planned, whatever became of it
    pysces-verify report --plan "$plan" --report results/report --markdown results/report.md \
        --ledger "${PYSCES_LEDGER:-results/ledger.jsonl}" || failed=1
}
trap 'report; exit 130' INT
trap 'report; exit 143' TERM HUP

planned doctor baroclinic_wave growth perf matrix
if [ "$configurations" != --deep ]; then planned parts; fi # --deep has every cut of the mesh in its matrix

measure doctor pysces-verify doctor
measure baroclinic_wave pysces-verify case --days $days --image results/baroclinic_wave.png
without=$(python -c 'import pysces_harness.running.configurations as c; print(c.FORTRAN["r8_strict"].missing())') ||
    without=unknown # growth and perf then say themselves what is wrong
case "$without" in
"" | unknown)
    measure growth pysces-verify growth --ne 3 --days 2
    measure perf pysces-verify perf theta_l_dynamics_step cam_se_dynamics_step --ne 4 --rounds 5
    ;;
*)
    event skipped growth "$without"
    event skipped perf "$without"
    ;;
esac
measure matrix pysces-verify matrix $configurations --junit results/matrix.xml
if [ "$configurations" != --deep ]; then # a mesh cut into parts has the bits of one process
    measure parts pysces-verify run dss theta_l_wave cam_se_wave --config mpi-2 --config sharded-2
fi
report
exit $failed

#!/bin/sh
# The main job: golden records and live Fortran in the main configurations, planted defects, a baroclinic wave beside
# HOMME's, its growth of round-off, and a glance at time. Ends with tables; results/report/index.html shows everything.
# Exit status 0 only if nothing is DIFFERENT, VACUOUS or NOT-RUN without excuse. On the way it says what it does: the
# verdicts of the operators within a minute, then each kernel's as they come, and where there is no terminal a line a
# minute. What it leaves out is named and counted in the report; `sh ci/verify.sh --deep` takes that too, every
# configuration that this machine can run, and ten days of the wave (docs/verify/report.md). Keep results/ledger.jsonl,
# or name another in PYSCES_LEDGER, and the report shows R over time and warns where it doubles.
cd "$(dirname "$0")/.."
echo "Setting up: compiler, libraries, Fortran and pysces; some minutes from nothing." >&2
. ci/setup.sh
depth=--sample days=2
if [ "${1:-}" = --deep ]; then depth=--deep days=10; fi

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
steps=5 step=0
say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*" >&2; }
every_minute() { # every_minute NAME: until it is ended, a line a minute
    minutes=0
    while sleep 60 >/dev/null 2>&1; do
        minutes=$((minutes + 1))
        say "$1 goes on, $minutes min so far"
    done
}
watch=
# KILL: a watch just started still has this script's traps, and would forget a TERM and never end.
end_watch() { if [ -n "$watch" ]; then kill -KILL "$watch" 2>/dev/null || true; fi; watch=; }
measure() { # measure NAME COMMAND...: its rows go into results/NAME.json, its exit status into the plan
    name=$1 status=0 step=$((step + 1))
    shift
    say "step $step of $steps: $name ($*)"
    if [ "$name" != matrix ]; then # which says itself how far it is
        every_minute "$name" &
        watch=$!
    fi
    "$@" --json "results/$name.json" || status=$?
    end_watch
    event ended "$name" $status
    if [ $status != 0 ]; then failed=1; fi
}
report() { # everything that was planned, whatever became of it
    pysces-verify report --plan "$plan" --report results/report --markdown results/report.md \
        --ledger "${PYSCES_LEDGER:-results/ledger.jsonl}" || failed=1
}
trap 'end_watch; report; exit 130' INT
trap 'end_watch; report; exit 143' TERM HUP

planned doctor matrix baroclinic_wave growth perf
if [ "$depth" = --deep ]; then planned assembled && steps=6; fi

measure doctor pysces-verify doctor
measure matrix pysces-verify matrix $depth --junit results/matrix.xml
measure baroclinic_wave pysces-verify case --days $days --image results/baroclinic_wave.png
if [ "$depth" = --deep ]; then # what pysces run makes of the records' settings
    measure assembled pysces-verify assembled --deep
fi
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
report
exit $failed

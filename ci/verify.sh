#!/bin/sh
# The main job: golden records and live Fortran in the main configurations, planted defects, and a baroclinic wave beside
# HOMME's. Ends with tables; reports go into results/. Exit status 0 only if nothing is DIFFERENT, VACUOUS or NOT-RUN
# without excuse. `sh ci/verify.sh --deep` takes every configuration that this machine can run, and ten days of the wave.
cd "$(dirname "$0")/.."
. ci/setup.sh
configurations="--config numpy-f64 --config jax-cpu-f64 --config jax-cpu-f64-nofma --config jax-cpu-f32"
days=2
if [ "${1:-}" = --deep ]; then configurations=--deep days=10; fi
pysces-verify doctor
wave=0
pysces-verify case --days $days --image results/baroclinic_wave.png --json results/baroclinic_wave.json || wave=$?
pysces-verify matrix $configurations --json results/matrix.json --junit results/matrix.xml --report results/report
exit $wave

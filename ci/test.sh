#!/bin/sh
# The whole test suite, from nothing; two files at a time.
cd "$(dirname "$0")/.."
. ci/setup.sh
install_browser
install_uxarray
install_gpu_compiler
ruff check .
mypy
python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder --durations=15 --junitxml=results/tests.xml "$@"

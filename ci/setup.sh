# Sourced by the other scripts: a compiler, a virtual environment, pysces with everything it needs. Debian, python3 >= 3.11.
set -eu

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo "$@"
    else return 1
    fi
}

install_packages() {
    as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
}

# For the job that opens the report in a browser; about 20 s.
install_browser() {
    command -v chromium >/dev/null || install_packages --no-install-recommends chromium ||
        echo "No chromium and no right to install one: the report is not opened in a browser." >&2
}

# For the tests that open files in uxarray: half a minute.
install_uxarray() {
    python -m pip install --quiet --no-deps --requirement ci/uxarray.txt && python -c "import uxarray" ||
        echo "uxarray cannot be installed: its tests are skipped." >&2
}

# For the test that counts what XLA makes of a step for a GPU; half a minute. In a folder of its own, or jax would look
# for a GPU whenever it starts.
install_gpu_compiler() {
    version=$(python -c "import jax; print(jax.__version__)")
    export PYSCES_GPU_COMPILER="$PWD/results/gpu_compiler"
    python -m pip install --quiet --no-deps --upgrade --target "$PYSCES_GPU_COMPILER" \
        "jax-cuda12-plugin==$version" "jax-cuda12-pjrt==$version" nvidia-cuda-nvcc-cu12 ||
        echo "XLA's compiler for GPUs cannot be installed: its test is skipped." >&2
}

if ! command -v gfortran >/dev/null || ! command -v gcc >/dev/null; then
    install_packages gfortran gcc || echo "No Fortran compiler and no right to install one: Fortran checks will be NOT-RUN." >&2
fi

if [ -z "${VIRTUAL_ENV:-}" ]; then
    if [ ! -f .venv/bin/activate ]; then
        python3 -m venv .venv 2>/dev/null || { install_packages python3-venv && python3 -m venv --clear .venv; }
    fi
    . .venv/bin/activate
fi

# meson and ninja stay installed: an editable install rebuilds changed Fortran when it is imported.
python -m pip install --quiet "meson-python>=0.17" "meson>=1.4" ninja "numpy>=2.0"
python -m pip install --quiet --no-build-isolation --editable ".[dev]"

export PYSCES_COMPILATION_CACHE="${PYSCES_COMPILATION_CACHE:-$PWD/results/compiled}"
mkdir -p results

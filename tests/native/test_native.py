"""Loops over elements in C do what XLA does with the same functions."""

import threading

import numpy as np
import pytest

jax = pytest.importorskip("jax")

import jax.numpy as jnp

from pysces.arrays.backend import Backend
from pysces.arrays.compiler import by_xla, c_compiler, kernels, use_kernels
from pysces.arrays.control import cond, repeat_while, scan
from pysces.arrays.pytree import tree_leaves, tree_map
from pysces.config.presets import preset
from pysces.driver.simulation import simulation
from pysces.geometry.grid import cubed_sphere_grid
from pysces.native.call import REFUSED, Postponed, element_local, made, now, postponed
from pysces.native.trace import _kernel, in_kernel
from pysces.operators.dss import dss_wk, dss_wk_later
from pysces.topology.assembly import least_around
from pysces.topology.assembly_sharded import shard_elements
from tests.daily import share

pytestmark = pytest.mark.skipif(c_compiler() is None, reason="no C compiler is installed")

NELEM, NLEV = 5, 6


@pytest.fixture(scope="module")
def fields():
    rng = np.random.default_rng(1)
    x, y = (jnp.asarray(rng.standard_normal((NELEM, 4, 4, NLEV))) for _ in range(2))
    return x, jnp.stack([x, y]), jnp.asarray(rng.standard_normal((4, 4)))


def halved_until_small(x):
    """A loop that ends sooner in some elements than in others."""
    unfinished = lambda x, limit: jnp.any(abs(x) > limit)  # noqa: E731
    return repeat_while(unfinished, lambda x, limit: jnp.where(abs(x) > limit, x / 2, x), x, jnp.asarray(0.3), 9)


def along_levels(x):
    """A recurrence downwards, and one upwards of what that gives."""
    rows = jnp.moveaxis(x, -1, 0)
    down = scan(lambda carry, row: (0.5 * carry + row, carry * row), rows[0], rows)[1]
    return jnp.moveaxis(scan(lambda carry, row: (row - carry, carry), rows[0], down, reverse=True)[1], 0, -1)


def taken_along_levels(x):
    """Levels in the order of those that start at the largest."""
    start = jnp.argmax(x, axis=-1, keepdims=True)
    return jnp.take_along_axis(x, jnp.where(start + jnp.arange(NLEV) < NLEV, start + jnp.arange(NLEV), 0), axis=-1)


def from_fractions_and_counts(x):
    """Whatever is not 0 is true, 0.25 and 2 too."""
    some = jnp.where(x > 0.0, 0.25, 0.0).astype(bool) & (2 * (x < 1.0)).astype(bool)
    return jnp.where(some & jnp.any(x * 0.1, axis=-1, keepdims=True), x, 1.0)


def places_beside_not_a_number(x):
    """The first that is not a number is the largest."""
    return x + jnp.argmax(jnp.where(x > 0.5, jnp.nan, x), axis=-1, keepdims=True)


def bounded(x):
    """The clipped branch is taken for all as soon as one needs it, which changes nobody else."""
    return cond(jnp.any(x > 1.0), lambda x: jnp.minimum(x, 1.0), lambda x: x, x)


FUNCTIONS = {
    "arithmetic": lambda x, v, m: (x * 2.0 - v[0] / (1.0 + x * x)) ** 2,
    "transcendentals": lambda x, v, m: jnp.exp(x) + jnp.log(1.5 + x * x) ** 3 + (2.0 + jnp.abs(x)) ** 0.3,
    "vectors": lambda x, v, m: jnp.stack([v[1], -v[0]]) * x,
    "broadcast": lambda x, v, m: m[:, :, None] * x + m[0, 0] * jnp.arange(NLEV),
    "nodes": lambda x, v, m: sum(m[k][:, None, None] * x[..., k : k + 1, :, :] for k in range(4)),
    "sums": lambda x, v, m: x - x.sum(axis=(-3, -2), keepdims=True) + v.max(axis=0) - x.min(axis=-1, keepdims=True),
    "levels": lambda x, v, m: jnp.cumsum(x, axis=-1)[..., ::-1] + jnp.matmul(x, jnp.asarray(np.tri(NLEV))),
    "choice": lambda x, v, m: jnp.where((x > 0) & ~(v[1] > x), jnp.sign(x), jnp.maximum(x, v[1])),
    "joined": lambda x, v, m: jnp.concatenate([x[..., :1], (x[..., 1:] + x[..., :-1]) / 2, x[..., -1:]], axis=-1),
    "turned": lambda x, v, m: jnp.moveaxis(jnp.moveaxis(x, -1, 0).reshape(NLEV, -1) * 3.0, 0, -1).reshape(x.shape),
    "scan": lambda x, v, m: along_levels(x),
    "taken": lambda x, v, m: taken_along_levels(x),
    "truths": lambda x, v, m: from_fractions_and_counts(x),
    "places": lambda x, v, m: places_beside_not_a_number(x),
    "loop": lambda x, v, m: halved_until_small(x),
    "branch": lambda x, v, m: bounded(x) + x,
    "not a number": lambda x, v, m: jnp.maximum(jnp.where(x > 1.0, jnp.nan, x), 0.0),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_operation(fields, name):
    REFUSED.clear()
    found = jax.jit(lambda *a: element_local(FUNCTIONS[name], *a))(*fields)
    assert not REFUSED
    expected = np.asarray(FUNCTIONS[name](*fields))
    np.testing.assert_allclose(found, expected, rtol=4e-15, atol=4e-15 * np.nanmax(abs(expected)))


def test_single_precision(fields):
    single = [x.astype(jnp.float32) for x in fields]
    found = element_local(FUNCTIONS["transcendentals"], *single)
    assert found.dtype == jnp.float32
    np.testing.assert_allclose(found, FUNCTIONS["transcendentals"](*single), rtol=2e-6)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda x: x - x.mean(axis=(0, 1, 2), keepdims=True), "elements meet"),
        (lambda x: x + x.max(), "elements meet"),
        (lambda x: jnp.sort(x, axis=-1), "sort"),
        (lambda x: x.sum(axis=-1), "without the axis of elements"),
        (lambda x: jnp.ones((2, 4, 4, NLEV)), "without the axis of elements"),
        (lambda x: x > 0.0, "truth values"),
        (lambda x: jax.lax.select_n(jnp.full(x.shape, 2), x, -x, 2.0 * x), "more than two arrays"),
        (lambda x: x.reshape(NELEM, 4, 4, NLEV), "no other number of elements"),
    ],
)
def test_what_is_no_loop_over_elements_is_left_to_xla(fields, function, reason):
    REFUSED.clear()
    np.testing.assert_allclose(element_local(function, fields[0]), function(fields[0]), rtol=1e-14)
    (said,) = REFUSED.values()
    assert reason in said


def model(name, **more):
    options = {"ne": 2, "nlev": 8, "ndays": 1.0, "backend": "jax", **more}
    return preset(name).with_options(**{k: v for k, v in options.items() if k != "nlev"})


MODELS = {
    "theta_l": lambda **o: model("theta_l", **o),
    "nonhydrostatic": lambda **o: model("theta_l", theta_hydrostatic_mode=False, tstep_type=9, **o),
    "tracers": lambda **o: model("theta_l", tracers=True, qsize=2, **o),
    "cam_se": lambda **o: model("cam_se", **o),
    "shallow_water": lambda **o: model("shallow_water", **o),
}
WHOLE = share(list(MODELS), 3)


@pytest.mark.parametrize("name", WHOLE)
def test_whole_calls(name):
    """One call; w to what Newton's stopping test leaves."""
    run = simulation(MODELS[name]())
    use_kernels("native")
    REFUSED.clear()
    native = run.dycore.step(run.state)
    assert not REFUSED
    with by_xla():
        expected = run.dycore.step(run.state)
    for found, wanted in zip(tree_leaves(native), tree_leaves(expected)):
        scale = float(abs(wanted).max())
        assert float(abs(found - wanted).max()) <= (1e-9 if name == "nonhydrostatic" else 1e-12) * scale


def test_derivatives_are_those_of_the_function():
    """Of one Runge-Kutta stage, assembly and limiter included, by the state in reverse mode."""
    run = simulation(MODELS["theta_l"]())
    dycore = run.dycore

    def cost(state):
        return sum((x * x).sum() for x in tree_leaves(dycore.advance(dycore.equations, state, dycore.dt, state)))

    use_kernels("native")
    found = jax.jit(jax.grad(lambda s: cost(s)))(run.state.dynamics)
    with by_xla():
        wanted = jax.jit(jax.grad(lambda s: cost(s)))(run.state.dynamics)
    for a, b in zip(tree_leaves(found), tree_leaves(wanted)):
        assert float(abs(a - b).max()) <= 1e-12 * float(abs(b).max())


def test_derivatives_of_a_tracer_step_are_those_of_the_function():
    """Bounds around elements, limiter, viscosity and the average of the stages, by the tracers in reverse mode."""
    run = simulation(MODELS["tracers"]())
    dycore, start = run.dycore, run.state
    mass_flux = dycore.advance_with_flux(dycore.equations, start.dynamics, dycore.dt, start.dynamics)[1]
    seen = (start.dynamics.dp, mass_flux, None, 3.0 * dycore.dt, dycore.grid)
    mixed = jnp.stack([jnp.cos(n * dycore.grid.lon) * jnp.cos(dycore.grid.lat) for n in (1, 3)])
    tracers = start.dynamics.dp * (2.0 + mixed)

    def cost(tracers):
        moved = dycore.transport.advance(tracers, *seen)
        return (moved * moved).sum()

    use_kernels("native")
    found = jax.jit(jax.grad(lambda q: cost(q)))(tracers)
    with by_xla():
        wanted = jax.jit(jax.grad(lambda q: cost(q)))(tracers)
    assert float(abs(found - wanted).max()) <= 1e-11 * float(abs(wanted).max()) > 0.0


@pytest.mark.skipif(len(jax.devices()) < 2, reason="one device")
def test_two_devices_have_the_bits_of_one():
    ends = []
    for devices in (1, 2):
        run = simulation(MODELS["theta_l"](devices=devices, kernels="native"))
        ends.append(run.layout.collect(run.dycore.step(run.state).dynamics))
    for one, two in zip(*(tree_leaves(end) for end in ends)):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("devices", [1, 2])
def test_least_values_around_elements(devices):
    """The bits of NumPy, across devices too, and not a number beside one."""
    if len(jax.devices()) < devices:
        pytest.skip(f"needs {devices} devices")
    host = cubed_sphere_grid(2)
    sharding = shard_elements(host, jax.devices()[:devices])
    q = np.random.default_rng(0).normal(size=(2, host.nelem, 1, 1, NLEV))
    q[0, 3, ..., 2] = np.nan
    use_kernels("native")
    found = jax.jit(lambda grid, q: least_around(grid.assembly, q))(sharding.put(host), sharding.put(q))
    np.testing.assert_array_equal(sharding.get(found), host.assembly.neighbour_min(q))


@pytest.mark.parametrize("kind", [jnp.float64, jnp.float32])
def test_sums_over_copies_inside_a_kernel(kind):
    """The bits of the sum by itself, and its derivative, alone and among what else the kernel does."""
    with jax.enable_x64(kind == jnp.float64):
        grid = Backend("jax", precision=64 if kind == jnp.float64 else 32, kernels="native").asarray(
            cubed_sphere_grid(2)
        )
        numbers = np.random.default_rng(0).normal(size=(3, grid.nelem, 4, 4, NLEV))
        x = jnp.asarray(numbers, kind), jnp.asarray(numbers[0], kind)
        doubled = lambda pair: tree_map(lambda f: 2.0 * f, made(pair))  # noqa: E731
        inside = jax.jit(lambda x: element_local(doubled, dss_wk_later(x, grid), on=grid))
        alone = jax.jit(lambda x: now(dss_wk_later(x, grid), grid))
        use_kernels("native")
        REFUSED.clear()
        assert isinstance(dss_wk_later(x, grid), Postponed)
        assert "pysces_" in inside.lower(x).as_text() and not REFUSED
        with by_xla():
            wanted = jax.jit(lambda x: dss_wk(x, grid))(x)
        for found, sums, expected in zip(inside(x), alone(x), wanted):
            np.testing.assert_array_equal(found, 2.0 * expected)
            np.testing.assert_array_equal(sums, expected)
        slopes = jax.grad(lambda x: sum((f * f).sum() for f in inside(x)))(x)
        with by_xla():
            expected = jax.grad(lambda x: sum((4.0 * f * f).sum() for f in dss_wk(x, grid)))(x)
        for found, slope in zip(slopes, expected):
            np.testing.assert_allclose(found, slope, rtol=1e-4 if kind == jnp.float32 else 1e-12)


def test_what_was_postponed_can_be_postponed_with():
    """Sums inside what is made of sums, in one kernel."""
    grid = Backend("jax", kernels="native").asarray(cubed_sphere_grid(2))
    x = jnp.asarray(np.random.default_rng(0).normal(size=(grid.nelem, 4, 4, NLEV)))
    squared = lambda a: made(a) ** 2  # noqa: E731
    added = lambda a, b: made(a) + made(b)  # noqa: E731
    sums = dss_wk_later(x, grid)
    found = now(postponed(added, postponed(squared, sums), sums), grid)
    assert found.shape == x.shape
    with by_xla():
        expected = dss_wk(x, grid)
    np.testing.assert_array_equal(found, expected**2 + expected)
    with pytest.raises(TypeError, match="has no numbers yet"):
        sums + sums


def test_a_thread_that_writes_kernels_leaves_others_alone():
    """A run traces its program while the writer's thread traces a record's; each begins before the other ends."""
    begun, met = threading.Event(), threading.Event()

    def tracing():
        with by_xla(), _kernel():
            begun.set()
            met.wait(10.0)

    use_kernels("native")
    thread = threading.Thread(target=tracing)
    thread.start()
    begun.wait(10.0)
    assert kernels() == "native" and not in_kernel()
    with by_xla(), _kernel():
        met.set()
        thread.join()
        assert kernels() == "xla" and in_kernel()
    assert kernels() == "native" and not in_kernel()


def test_batches(fields):
    batch = jnp.stack([fields[0], 2.0 * fields[0]])
    found = jax.vmap(lambda x: element_local(along_levels, x))(batch)
    np.testing.assert_allclose(found, jnp.stack([along_levels(x) for x in batch]), rtol=1e-14, atol=1e-14)


def test_what_cannot_be(monkeypatch):
    with pytest.raises(ValueError, match="is for backend 'jax', found 'numpy'"):
        Backend("numpy", kernels="native")
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(ValueError, match="needs a C compiler, found no no-such-compiler"):
        Backend("jax", kernels="native")


def test_a_compiler_that_cannot_and_a_folder_that_is_none_are_said(monkeypatch, tmp_path, fields):
    x, nothing = fields[0], tmp_path / "file"
    nothing.write_text("")
    monkeypatch.setenv("PYSCES_CACHE", str(nothing))
    with pytest.raises(ImportError, match=r"Cannot keep native kernels in .*; set PYSCES_CACHE"):
        element_local(lambda x: x * 17.25, x)
    monkeypatch.setenv("PYSCES_CACHE", str(tmp_path))
    monkeypatch.setenv("CC", "false")
    with pytest.raises(ImportError, match=r"false refused a native kernel \(status 1\)"):
        element_local(lambda x: x * 17.5, x)

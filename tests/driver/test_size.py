"""What a run will need is known before it: memory within a factor of what runs took, calls exactly."""

import pytest

from pysces.config.presets import preset
from pysces.driver.cli import main
from pysces.driver.size import calls_in_all, check_size, size_of

TABLE = {"family": "even_pressure", "eta_top": 0.02}
MEASURED = [  # model, backend, ne, levels, tracers (or their suite), MB beyond the libraries at the peak of two calls
    ("theta_l", "numpy", 16, 2, False, 47),
    ("theta_l", "numpy", 16, 30, False, 387),
    ("theta_l", "numpy", 16, 60, False, 778),
    ("cam_se", "numpy", 16, 30, True, 426),
    ("theta_l", "numpy", 8, 60, True, 202),
    ("theta_l", "numpy", 16, 30, True, 479),
    ("theta_l", "numpy", 16, 30, "kessler", 656),
    ("theta_l", "numpy", 8, 60, "kessler", 322),
    ("theta_l", "jax", 16, 30, False, 520),
    ("theta_l", "jax", 16, 60, False, 1045),
    ("cam_se", "jax", 16, 30, True, 899),
]


def config(model="theta_l", nlev=6, **options):
    return preset(model).with_options(**options).with_table({"vertical": {"table": TABLE | {"nlev": nlev}}})


@pytest.mark.parametrize(("model", "backend", "ne", "nlev", "tracers", "megabytes"), MEASURED)
def test_memory_is_estimated_within_a_third(model, backend, ne, nlev, tracers, megabytes):
    suite = {"suite": tracers} if isinstance(tracers, str) else {}
    size = size_of(config(model, nlev, ne=ne, backend=backend, tracers=bool(tracers), **suite))
    assert 0.75 < (size.grid + size.state + size.program) / 1e6 / megabytes < 1.33


def test_every_tracer_counts():
    """Tracers are carried for a suite only where they are asked for; a record holds each of them."""
    carried = {"suite": "kessler", "output": "kessler.nc"}
    none, three = (size_of(config(ne=8, tracers=tracers, **carried)) for tracers in (False, True))
    assert three.record / none.record == 7 / 4 and three.memory > none.memory
    assert size_of(config("layer_advection", ne=8)).memory < none.memory + 1.0


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"ndays": 0.01},
            r"ndays = 0.01 is 0.48 calls of 3 steps, 1800 s, not a whole number of them; use 0.0208333333\.",
        ),
        ({"ndays": 0.1}, r"is 4.8 calls .*; use 0.0833333333 or 0.104166667\."),
        ({"ndays": 3.0, "tstep": 700.0}, r"is 123.429 calls of 3 steps, 2100 s"),
        ({"ndays": 0.0}, r"ndays = 0 runs nothing; one call is 0.0208333333 days"),
        ({"rsplit": 1000000, "tstep": 600.0}, "make one call of 1000000 steps"),
        ({"nmax": 4}, "nmax = 4 is not a whole number of calls of 3 steps; use 3"),
        ({"ndays": 1e300}, "more than the 2147483647 that are counted"),
    ],
)
def test_a_length_that_cannot_be_run_is_refused(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        size_of(config(**options))


def test_lengths_are_counted():
    assert calls_in_all(config(ndays=10.0), 1800.0) == 480 and calls_in_all(config(nmax=6), 1800.0) == 2
    assert calls_in_all(config(ndays=1.0 / 3.0), 1800.0) == 16


@pytest.mark.parametrize("options", [{"ne": 500}, {"nlev": 10**8}, {"ne": 120, "nlev": 72, "ranks": 64}])
def test_what_no_machine_here_holds_is_refused(monkeypatch, options):
    monkeypatch.setattr("pysces.driver.size.machine_memory", lambda: 24e9)
    with pytest.raises(ValueError, match=r"elements of \d+ levels need about .* GB, this machine has 24 GB"):
        check_size(size_of(config(**options)))


def test_a_dry_run_says_what_would_be_and_does_nothing(tmp_path, capsys):
    arguments = ["--ne", "8", "--days", "3", "--output", str(tmp_path / "run.nc"), "--set", "viscosity.nu=1e15"]
    assert main(["run", *arguments, "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert "baroclinic_wave: theta_l ne8 L30, tstep 600 s, 144 calls of 1800 s, numpy-f64" in printed
    assert "[viscosity] nu = 1000000000000000.0" in printed and "[viscosity] nu_top" not in printed
    assert "3 days in 144 calls; memory about 0.3" in printed and "nothing was run" in printed
    assert not list(tmp_path.iterdir())


TINY = ["run", "--ne", "2", "--nlev", "6", "--days", "0.125"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--devices", "2"],
        ["--ranks", "2", "--devices", "2"],
        ["--ranks", "100"],
        ["--backend", "jax", "--ranks", "5", "--devices", "5"],
        ["--backend", "jax", "--devices", "9"],
        ["--set", "time.tstep=5400", "--set", "time.ndays=0.1875", "--days", "0.1875"],
    ],
)
def test_a_dry_run_refuses_what_the_run_refuses(arguments, tmp_path, capsys):
    if arguments[:2] == ["--backend", "jax"] and len(pytest.importorskip("jax").devices("cpu")) != 4:
        pytest.skip("jax started with other devices than tests/conftest.py asks for")
    said = []
    for more in ([], ["--dry-run"]):
        assert main([*TINY[:-2], *arguments, *more]) == 2
        said.append(capsys.readouterr().err)
    assert said[0] == said[1] and said[0].count("\n") == 1


def test_a_dry_run_refuses_ranks_without_mpiexec(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main([*TINY, "--ranks", "2", "--dry-run"]) == 2
    assert "--ranks needs mpiexec" in capsys.readouterr().err


def test_a_dry_run_says_its_parts(monkeypatch, capsys):
    monkeypatch.setattr("pysces.driver.launch.mpiexec", lambda ranks: ["mpiexec"])
    assert main([*TINY, "--ranks", "3", "--dry-run"]) == 0
    assert "numpy-f64 on 3 ranks\n" in capsys.readouterr().out


def test_a_dry_run_that_goes_on_says_what_is_left(tmp_path, capsys):
    assert main([*TINY, "--output", str(tmp_path / "run.nc")]) == 0
    resume = ["run", "--resume", str(tmp_path / "run.restart.nc"), "--dry-run", "--days"]
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    capsys.readouterr()
    assert main([*resume, "0.1875"]) == 0
    printed = capsys.readouterr().out
    assert "3 calls of 1800 s" in printed and "from day 0.125: 0.0625 days in 3 calls; memory" in printed
    assert main([*resume, "0.125"]) == 0
    assert "already at day 0.125; nothing left, give more --days; memory" in capsys.readouterr().out
    assert main([*resume, "0.0625"]) == 2
    assert "after the end of the run at day 0.0625; give more --days" in capsys.readouterr().err
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}

import numpy as np
import pytest

from pysces.arrays.backend import Backend
from pysces.vertical.coordinate import (
    coordinate_from_eta,
    coordinate_from_interfaces,
    even_height,
    even_pressure,
    even_sigma,
)
from pysces.vertical.coordinate_files import (
    NAMED_COORDINATES,
    coordinate_from_table,
    named_coordinate,
    read_coordinate,
)

ALL = {
    **{name: (lambda name=name: named_coordinate(name)) for name in NAMED_COORDINATES},
    "even_sigma": lambda: even_sigma(20),
    "even_height": lambda: even_height(20, 30e3),
    "even_height_lapse": lambda: even_height(20, 20e3, lapse_rate=0.0065),
    "even_pressure": lambda: even_pressure(10, 0.02),
    "pure_pressure_top": lambda: even_pressure(30, 0.01, eta_c=0.2),
}

# Published facts that a mistyped digit would shift: top pressure, layers, first hybrid interface, lowest layer.
PUBLISHED = {
    "cam_l26": (219.4067, 26, 8, 0.01489),
    "cam_l30": (225.523952394724, 30, 13, 0.01489),
    "cam_l32": (225.523952394724, 32, 15, 0.01489),
    "e3sm_l72": (10.0000003197544, 72, 34, 0.00301),
}


@pytest.mark.parametrize("name", ALL)
def test_layers_add_up_to_the_surface_pressure(name):
    coordinate = ALL[name]()
    ps = np.array([1.03e5, 1.0e5, 7.0e4]).reshape(3, 1, 1, 1)
    dp = coordinate.dp_ref(ps)
    assert dp.shape == (3, 1, 1, coordinate.nlev) and (dp > 0).all()
    np.testing.assert_allclose(coordinate.ps(dp), ps, rtol=1e-14)  # a sum of 72 rounded terms
    np.testing.assert_allclose(np.diff(coordinate.p_i(ps)), dp, atol=4e-11)  # ulp of 1e5 Pa, twice
    assert (coordinate.p_mid(ps) > coordinate.p_i(ps)[..., :-1]).all()
    assert (coordinate.p_mid(ps) < coordinate.p_i(ps)[..., 1:]).all()


@pytest.mark.parametrize("name", NAMED_COORDINATES)
def test_named_sets_have_their_published_marks(name):
    coordinate = named_coordinate(name)
    top, nlev, first_hybrid, lowest = PUBLISHED[name]
    assert coordinate.nlev == nlev
    assert coordinate.ptop == pytest.approx(top, rel=1e-13)
    assert int(np.argmax(coordinate.hybi > 0)) == first_hybrid
    assert coordinate.dp_ref(1.0e5)[-1] / 1.0e5 == pytest.approx(lowest, abs=5e-6)
    means = (coordinate.etai[1:] + coordinate.etai[:-1]) / 2
    assert np.abs(coordinate.etam - means).max() < 1e-14  # two independently published lists: no digit is off
    second = np.diff(np.log(coordinate.etai), 2)
    assert np.abs(second).max() < 0.35  # neighbouring layers grow smoothly, so no interface is mistyped


def test_even_height_levels_are_evenly_spaced():
    coordinate = even_height(20, 20e3, T0=288.0, lapse_rate=0.0065)
    gamma_r_over_g = 0.0065 * 287.04 / 9.80616
    z = 288.0 / 0.0065 * (1.0 - coordinate.etai**gamma_r_over_g)
    np.testing.assert_allclose(np.diff(z), -1000.0, rtol=1e-10)


def test_eta_family_is_pure_pressure_above_eta_c():
    coordinate = coordinate_from_eta(np.linspace(0.01, 1.0, 34), eta_c=0.2, exponent=2.0)
    assert (coordinate.hybi[coordinate.etai <= 0.2] == 0).all()
    np.testing.assert_allclose(coordinate.etai, np.linspace(0.01, 1.0, 34), rtol=1e-14)


def test_homme_file_pair_round_trips(tmp_path):
    l30 = named_coordinate("cam_l30")
    for stem, a, b in (("i", l30.hyai, l30.hybi), ("m", l30.hyam, l30.hybm)):
        blocks = [f"{len(x)}  ! comment\n" + "  ".join(repr(float(v)) for v in x) for x in (a, b)]
        (tmp_path / f"cam{stem}-30.ascii").write_text("\n".join(blocks))
    read = read_coordinate(tmp_path / "cami-30.ascii", tmp_path / "camm-30.ascii")
    for name in ("hyai", "hybi", "hyam", "hybm"):
        np.testing.assert_array_equal(getattr(read, name), getattr(l30, name))


def test_toml_file_says_which_family(tmp_path):
    (tmp_path / "levels.toml").write_text('family = "even_pressure"\nnlev = 10\neta_top = 0.02\n')
    read = read_coordinate(tmp_path / "levels.toml")
    np.testing.assert_array_equal(read.hyai, even_pressure(10, 0.02).hyai)
    assert coordinate_from_table({"name": "cam_l30"}).nlev == 30


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("", "holds 0 lists"),
        ("3\n0.1 0.05 0.0\n", "holds 1 lists"),
        ("3\n0.1 0.05 0.0\n3\n0.0 0.5\n", "ends after 2 of 3 numbers of hybi"),
        ("three\n", "count of hyai must be a positive integer, found 'three'"),
        ("3\n0.1 O.05 0.0\n3\n0 0.5 1\n", r"hyai\[1\] is 'O.05', not a number"),
        ("3\n0.1 0.05 0.0\n3\n1 0.5 0\n", "found 1.0 to 0.0"),
        ("3\n0.1 0.05 0.0\n3\n0 0.01 1\n", "must increase downwards, found a change of -0.04 across level 0"),
        ("3\n0.1 0.05 0.0\n3\n0 0.5 1\n2\n.3 .1\n2\n.3 .75\n", "found 0.6 at level 0"),
        ("3\n0.1 0.05 nan\n3\n0 0.5 1\n", "must be finite"),
    ],
)
def test_malformed_file_gives_one_clear_sentence(tmp_path, text, complaint):
    path = tmp_path / "levels.ascii"
    path.write_text(text)
    with pytest.raises(ValueError, match=complaint) as caught:
        read_coordinate(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "table, complaint",
    [
        ({}, "one of name, file, family or hyai"),
        ({"name": "cam_l30", "file": "x"}, r"found \['name', 'file'\]"),
        ({"name": "cam_l31"}, "the known ones are cam_l26"),
        ({"family": "odd_sigma"}, "the known ones are even_sigma"),
        ({"family": "even_sigma", "levels": 3}, "family = 'even_sigma' does not fit"),
        ({"file": "absent.ascii"}, "absent.ascii cannot be read"),
    ],
)
def test_wrong_table_gives_one_clear_sentence(table, complaint):
    with pytest.raises(ValueError, match=complaint):
        coordinate_from_table(table)


def test_coordinate_moves_to_a_backend_as_one_tree():
    moved = Backend("numpy", 32).asarray(named_coordinate("cam_l30"))
    assert moved.dp_ref(np.full((2, 4, 4, 1), 1e5, np.float32)).dtype == np.float32


def test_interfaces_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match=r"found shapes \(3,\) and \(2,\)"):
        coordinate_from_interfaces([0.1, 0.05, 0.0], [0.0, 1.0])

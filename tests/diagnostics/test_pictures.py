"""Pictures of a history: whole to the poles, with labels inside and plain numbers; heights, sections, zonal means."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from pysces.diagnostics.air_fields import all_air_fields
from pysces.diagnostics.carried_fields import carried_fields
from pysces.diagnostics.selection import Selection, at_pressure, moment, opened, shown
from pysces.driver.cli import main
from pysces.geometry.columns import unit_vectors

pytest.importorskip("matplotlib")

from pysces.diagnostics import colours, cuts, plots, projections

TINY = ["run", "--ne", "2", "--nlev", "4", "--days", "0.0625", "--every-hours", "1.5", "--quiet"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Histories of a wave and of shallow water."""
    made = tmp_path_factory.mktemp("pictures")
    assert main([*TINY, "--output", str(made / "wave.nc")]) == 0
    water = ["run", "--model", "shallow_water", *TINY[5:], "--case"]
    assert main([*water, "williamson5", "--ne", "2", "--output", str(made / "water.nc")]) == 0
    return made


def surface_pressure(history):
    """The name that a history has for it."""
    return opened(Selection(str(history))).chosen.field


@pytest.mark.parametrize(
    "words",
    [
        "wave.nc --time 0",
        "wave.nc u --level 1 --projection mollweide",
        "wave.nc v --pressure 500 --projection orthographic",
        "wave.nc u --zonal-mean",
        "wave.nc v --section lat=30",
        "wave.nc v --section 350,-20,40,60",
        "water.nc zs --section lon=270",
        "water.nc vorticity --projection aitoff",
    ],
)
def test_every_kind_of_picture_is_written(folder, words, capsys):
    history, *rest = words.split()
    image = folder / "picture.png"
    assert main(["plot", str(folder / history), *_named(folder, rest), "--image", str(image), "--overwrite"]) == 0
    assert image.read_bytes().startswith(b"\x89PNG") and capsys.readouterr().out == f"wrote {image}\n"


def _named(folder, rest):
    """A field by the name that the history has."""
    header = opened(Selection(str(folder / "wave.nc"))).header
    names = {v.name.lower(): v.name for v in header.records}
    return [names.get(word, word) for word in rest]


def test_a_movie_has_a_frame_for_every_record(folder):
    pillow = pytest.importorskip("PIL.Image")
    movie = folder / "wave.gif"
    assert main(["plot", str(folder / "wave.nc"), "--movie", "--image", str(movie)]) == 0
    with pillow.open(movie) as frames:
        assert frames.n_frames == 2


@pytest.mark.parametrize("projection", ["orthographic", "mollweide"])
def test_frames_of_a_movie_do_not_pile_up(folder, projection):
    history = opened(Selection(str(folder / "wave.nc")))
    figure = plots.canvas(4, 3)
    frame = plots.MapFrame(figure, figure.add_gridspec(1, 1)[0], history, projection)
    counts = []
    for found in (*history.every(), *history.every()):
        frame.draw(found)
        counts.append(sum(len(axes.get_children()) for axes in figure.axes))
    assert len(set(counts)) == 1


@pytest.mark.parametrize("projection", projections.NAMES)
def test_maps_have_no_holes_no_clipped_labels_and_no_offsets(folder, projection):
    history = opened(Selection(str(folder / "wave.nc")))
    figure = plots.canvas(8, 4)
    frame = plots.MapFrame(figure, figure.add_gridspec(1, 1)[0], history, projection, {"cmap": "Greys_r", "vmax": 2e5})
    frame.draw(history.flat(0))
    figure.canvas.draw()
    axes, legend = figure.axes
    axes.grid(False)
    for line in [*axes.lines, *axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels()]:
        line.set_visible(False)
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[::-1, :, :3].min(axis=-1)
    assert (pixels[_inside(axes, figure, projection)] < 250).all()  # white is a hole
    box = figure.get_tightbbox(figure.canvas.get_renderer())
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= 8 and box.y1 <= 4
    assert legend.yaxis.get_offset_text().get_text() == "" and legend.get_ylabel() == "[hPa]"


@pytest.mark.parametrize("projection", ["platecarree", "mollweide", "orthographic"])
def test_colours_of_a_map_are_those_of_its_bar(folder, projection):
    """The largest triangles, between nodes from one end of the colours to the other; between them is no mixture."""
    history = opened(Selection(str(folder / "wave.nc")))
    figure = plots.canvas(8, 4)
    frame = plots.MapFrame(figure, figure.add_gridspec(1, 1)[0], history, projection)
    checks = np.where(np.indices(history.lat.shape).sum(axis=0) % 2, 1.0, -1.0)
    frame.draw(replace(history.flat(0), values=checks))
    axes, _ = figure.axes
    axes.grid(False)
    for line in axes.lines:
        line.set_visible(False)
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[::-1, :, :3][_inside(axes, figure, projection)].astype(int)
    known = (np.array(axes.collections[-1].cmap(np.linspace(0.0, 1.0, 256)))[:, :3] * 255.0).round()
    away = np.abs(pixels[:, None] - known).sum(axis=-1).min(axis=1)
    assert np.median(away) <= 6 and (away < 24).mean() > 0.9  # the rest are the steep strips at the poles


def _inside(axes, figure, projection):
    """Rows and columns of pixels on a map, to a pixel from its sides."""
    degrees = np.meshgrid(np.linspace(1.0, 359.0, 90), np.linspace(-89.5, 89.5, 60))
    if projection in projections.VIEWS:
        radius, angle = np.meshgrid(np.linspace(0.0, 0.98, 40), np.linspace(0.0, 6.2, 60))
        places = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    elif projection in projections.WHOLE:
        places = np.radians(np.stack([degrees[0] - 180.0, degrees[1]], axis=-1))
    else:
        places = np.stack(degrees, axis=-1)
    at = axes.transData.transform(places.reshape(-1, 2)).astype(int)
    return at[:, 1], at[:, 0]


@pytest.mark.parametrize("units", ["1", "kg kg-1", "m s-1"])
def test_every_colour_bar_says_its_unit(units):
    figure = plots.canvas(4, 3)
    axes = figure.subplots()
    bar = colours.bar(figure, axes.pcolormesh(np.eye(2)), axes, units)
    assert bar.ax.get_ylabel() == f"[{units}]"


def test_titles_and_units_are_those_that_people_say():
    assert [moment(days) for days in (0.0, 9.0, 0.25)] == ["day 0", "day 9", "day 0.25"]
    assert moment(0.0052083333) == "after 7.5 minutes"
    assert [shown(units) for units in ("Pa", "s-1", "K")] == [(0.01, "hPa"), (1e5, "1e-5 s-1"), (1.0, "K")]
    ratios = [kind for kind in [*all_air_fields(), *carried_fields(2)] if "per mass of" in kind.long_name]
    assert {kind.units for kind in ratios} == {"kg kg-1", "kg kg-1 s-1"}


def test_values_at_a_pressure_are_linear_in_its_logarithm_and_nothing_in_the_ground():
    p = np.array([[100.0, 400.0, 900.0], [100.0, 200.0, 300.0]])[:, None, None, :]
    found = at_pressure(2.0 * np.log(p) + 1.0, p, 600.0)
    np.testing.assert_allclose(found[0], 2.0 * np.log(600.0) + 1.0, rtol=1e-15)
    assert np.isnan(found[1])
    with pytest.raises(ValueError, match="No column has 50 hPa"):
        at_pressure(p, p * 100.0, 5000.0)


def test_a_section_goes_through_the_nodes_and_over_the_poles(folder):
    history = opened(Selection(str(folder / "wave.nc")))
    lon, lat = history.lon, history.lat
    values = unit_vectors(np.radians(lat), np.radians(lon))
    nodes = cuts.Cut(lon.ravel(), lat.ravel(), lon.ravel(), "", "")
    np.testing.assert_allclose(cuts.along(values, lon, lat, nodes), values.reshape(-1, 3), atol=1e-9)
    cut = cuts.cut_of("lon=17")
    found = cuts.along(values, lon, lat, cut)
    there = found / np.linalg.norm(found, axis=1, keepdims=True)  # means of places lie below them, on the same ray
    np.testing.assert_allclose(there, unit_vectors(np.radians(cut.lat), np.radians(cut.lon)), atol=1e-12)
    assert cut.lat[0] == -90.0 and cut.lat[-1] == 90.0


def test_colours_of_a_section_are_those_of_its_values():
    """Between two far values lie the colours between them in the bar, not mixtures of the two."""
    axes = plots.canvas(4, 3).subplots()
    shades = cuts._shaded(
        axes, np.array([0.0, 10.0, 360.0]), np.array([100.0, 900.0]), np.array([[0.0] * 3, [8.0] * 3])
    )
    found = np.asarray(shades.get_array()).reshape(cuts.FINE, cuts.FINE)
    np.testing.assert_allclose(found, np.linspace(0.0, 8.0, cuts.FINE)[:, None] + 0.0 * found, atol=1e-12)


def test_an_arc_is_the_shortest_way():
    cut = cuts.cut_of("350, 0, 20, 0")
    np.testing.assert_allclose(cut.lat, 0.0, atol=1e-12)
    np.testing.assert_allclose(cut.along[-1], 30.0, rtol=1e-12)


def test_a_zonal_mean_of_what_is_the_same_on_both_sides_of_the_equator_is_so(folder):
    """Nodes between two bands, here those on 45 degrees, are in neither of them more than in the other."""
    lat = opened(Selection(str(folder / "wave.nc"))).lat
    for bands in (cuts.latitude_bands(lat), np.arange(-67.5, 90.0, 45.0)):
        means = cuts.zonal_mean(np.cos(np.radians(2.0 * lat))[..., None], lat, np.ones_like(lat), bands)[:, 0]
        np.testing.assert_allclose(means, means[::-1], rtol=0, atol=1e-12)
    assert len(cuts.latitude_bands(lat)) % 2 == 1


def test_a_band_without_a_value_leaves_the_others_theirs():
    lat = np.linspace(-85.0, 85.0, 18)
    means = cuts.zonal_mean(np.where(lat < -60.0, np.nan, lat)[:, None], lat, np.ones_like(lat), np.array([-60, 0, 60]))
    assert np.isnan(means[0]) and np.isfinite(means[1:]).all()


def test_bands_of_a_zonal_mean_all_have_nodes(folder):
    history = opened(Selection(str(folder / "wave.nc")))
    bands = cuts.latitude_bands(history.lat)
    means = cuts.zonal_mean(np.sin(np.radians(history.lat))[..., None], history.lat, np.ones_like(history.lat), bands)
    assert len(bands) >= 6 and np.isfinite(means).all() and (np.diff(means[:, 0]) > 0).all()


def test_colours_lie_around_zero_where_both_signs_matter():
    assert colours.scale(-3.0, 5.0) == {"cmap": "RdBu_r", "vmin": -5.0, "vmax": 5.0}
    assert colours.scale(-0.01, 28.0)["vmin"] == -0.01
    one = colours.scale(1000.0, 1000.0)
    assert one["vmin"] < 1000.0 < one["vmax"]
    assert colours.plain(1013.25) == "1013.25" and colours.plain(-0.5) == "\N{MINUS SIGN}0.5"


@pytest.mark.parametrize(
    "words, sentence",
    [
        ("--pressure 0", "--pressure must be above 0 hPa, found 0."),
        ("--level 1 --pressure 500", "give one of them."),
        ("--zonal-mean --level 1", "--level is for maps, and --zonal-mean draws no map; leave one of them out."),
        ("--section lat=91", "is not a circle of latitude"),
        ("--section here", "--section takes lat=DEGREES, lon=DEGREES or LON,LAT,LON,LAT, found 'here'."),
        ("--section 0,0,180,0", "needs two points"),
        ("--movie --time 1", "--movie shows all records, found --time; leave one of them out."),
        ("--movie --image {}.mpg", "must end in one of .gif, .mp4."),
    ],
)
def test_what_cannot_be_drawn_is_refused(folder, words, sentence, capsys):
    image = (
        [] if "--image" in words else ["--image", str(folder / "no.gif" if "--movie" in words else folder / "no.png")]
    )
    words = words.format(folder / "no").split()
    (field,) = _named(folder, ["u"])
    assert main(["plot", str(folder / "wave.nc"), field, *words, *image]) == 2
    message = capsys.readouterr().err
    assert sentence in message and message.count("\n") == 1
    assert not list(folder.glob("no*"))


@pytest.mark.parametrize(
    "words, sentence",
    [
        ("wave.nc --time 9", "has records from day 0 to 0.0625, found --time 9; give a day of the run."),
        ("wave.nc --time -1", "found --time -1; give a day of the run."),
        ("wave.nc temperature", "has no field 'temperature' to draw; did you mean T (temperature)?"),
        ("wave.nc t", "has no field 't' to draw; did you mean T (temperature)?"),
        ("wave.nc xyzzy", "has no field 'xyzzy' to draw, but ps, phis, T, u, v, omega, z3; name one."),
        ("T temperature", "There is no history"),
        ("T temperature", "give the --output of a run, and then the field."),
    ],
)
def test_a_day_or_a_field_that_is_not_there_is_refused_with_what_is(folder, words, sentence, capsys):
    history, *rest = words.split()
    assert main(["plot", str(folder / history), *rest, "--image", str(folder / "no.png")]) == 2
    assert sentence in capsys.readouterr().err and not (folder / "no.png").exists()


def test_a_day_between_two_records_is_drawn_by_the_nearer_one(folder):
    for day, record in ((0.02, 0), (0.04, 1), (0.08, 1), (None, 1)):
        assert opened(Selection(str(folder / "wave.nc"), day=day)).record == record


def test_the_curve_below_a_map_is_that_of_its_field(folder):
    for history, field, title in (
        ("wave.nc", "ps", "minimum surface pressure"),
        ("wave.nc", "T", None),
        ("water.nc", "h", "smallest thickness of the layer"),
        ("water.nc", "zs", None),
    ):
        curve = plots.lowest(opened(Selection(str(folder / history), field)))
        assert (curve[2] if curve else None) == title


def test_a_plane_is_drawn_as_it_is(folder, capsys):
    history, image = folder / "plane.nc", folder / "plane.png"
    plane = ["--set", "grid.geometry=plane", "--set", "grid.ne_x=3", "--set", "grid.ne_y=3", "--set", "time.nmax=1"]
    assert main(["run", "--model", "shallow_water", "--case", "plane_vortex", *plane, "--output", str(history)]) == 0
    assert main(["plot", str(history), "zs", "--image", str(image)]) == 0 and image.exists()
    assert main(["summary", str(history)]) == 0
    for words in (["--zonal-mean"], ["--section", "lat=0"], ["--projection", "hammer"]):
        assert main(["plot", str(history), "zs", *words, "--image", str(folder / "none.png")]) == 2
        assert f"lies on a plane, and {words[0]}" in capsys.readouterr().err


def test_a_projection_of_cartopy_needs_cartopy(folder, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "cartopy", None)
    words = ["plot", str(folder / "wave.nc"), "--projection", "Robinson", "--image", str(folder / "robinson.png")]
    assert main(words) == 2
    assert "needs cartopy, which is not installed; pip install cartopy, or take" in capsys.readouterr().err


def test_a_summary_has_ranges_weighted_means_and_drifts(folder, capsys):
    assert main(["summary", str(folder / "wave.nc")]) == 0
    printed = capsys.readouterr().out
    assert "2 records, days 0 to 0.0625; 24 elements of 4 x 4 nodes, 4 levels" in printed
    name = surface_pressure(folder / "wave.nc")
    (line,) = (line for line in printed.splitlines() if line.startswith(f"{name} "))
    _, units, least, most, first, last = line.split()
    assert units == "Pa" and float(least) < float(first) == float(last) == 1e5 < float(most)  # as mass is kept
    mass = next(line for line in printed.splitlines() if line.startswith("mass "))
    assert abs(float(mass.split("changed by")[1].split()[0])) < 1e-14
    assert main(["summary", *2 * [str(folder / "wave.nc")]]) == 0
    assert capsys.readouterr().out == f"{printed}\n{printed}"
    assert main(["summary", str(folder / "wave.restart.nc")]) == 2
    assert "is a restart" in capsys.readouterr().err


def test_streams_on_pressures_and_on_regular_grids(folder, capsys):
    streams = [
        '{file = "FOLDER/pressures.nc", every_steps = 3, fields = ["T"], pressure_levels = [850, 500, 1020]}',
        '{file = "FOLDER/regular.nc", every_steps = 3, fields = ["T"], latlon = "5x8"}',
    ]
    words = ["--set", f"output.stream=[{', '.join(streams)}]".replace("FOLDER", str(folder))]
    assert main([*TINY, *words]) == 0
    on_pressures, regular = str(folder / "pressures.nc"), str(folder / "regular.nc")
    image = ["--image", str(folder / "stream.png"), "--overwrite"]
    assert main(["plot", on_pressures, "T", "--level", "1", *image]) == 0
    assert main(["plot", on_pressures, "T", "--zonal-mean", *image]) == 0
    assert main(["summary", on_pressures]) == 0 and "e+19" not in capsys.readouterr().out
    assert main(["plot", on_pressures, "T", "--level", "2", *image]) == 2
    assert "has no value, level 2 (of levels 0 to 2): it lies in the ground" in capsys.readouterr().err
    for command in (["plot", regular, "T", *image], ["summary", regular]):
        assert main(command) == 2
        assert "is drawn by xarray (pip install 'pysces-dycore[io]'), xarray.open" in capsys.readouterr().err

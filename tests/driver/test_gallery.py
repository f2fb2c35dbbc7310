"""The gallery: its page is what the command writes, its runs are configurations, and each kind of picture is drawn."""

import shlex

import pytest
from docs.places import ROOT

from pysces.cases.catalogue import CASES
from pysces.cases.shallow_water.catalogue import SHALLOW_CASES
from pysces.driver.cli import _parser, main
from pysces.driver.gallery_command import PAGE, page
from pysces.driver.gallery_pictures import PICTURES
from pysces.driver.request import configuration
from pysces.models.prescribed_wind.cases import WINDS

FOLDER = ROOT / "docs" / "gallery"
KINDS = ("williamson2", "williamson6", "plane_vortex", "jablonowski_williamson_steady", "hadley")  # orthographic, ...


def test_every_case_has_a_picture():
    shown = {configuration(_parser().parse_args(["run", *shlex.split(p.run)])).case.name for p in PICTURES}
    assert shown == set(CASES) | set(SHALLOW_CASES) | set(WINDS)


def test_the_page_and_its_pictures_are_there_and_small():
    assert (FOLDER / PAGE).read_text() == page()
    found = {path.stem: path.stat().st_size for path in FOLDER.glob("*.png")}
    assert set(found) == {picture.name for picture in PICTURES}
    assert max(found.values()) < 100_000


@pytest.mark.parametrize("name", KINDS)
def test_a_picture_of_each_kind_is_drawn(name, tmp_path):
    pytest.importorskip("matplotlib")
    image = pytest.importorskip("PIL.Image")
    assert main(["gallery", "--short", "--folder", str(tmp_path), name]) == 0
    with image.open(tmp_path / f"{name}.png") as drawn:
        assert (drawn.width == 720 or drawn.height == 560) and len(drawn.convert("RGB").getcolors(1 << 20)) > 20


def test_a_picture_that_is_not_there_is_refused_and_none_is_replaced(tmp_path, capsys):
    assert main(["gallery", "nothing", "--folder", str(tmp_path)]) == 2
    assert "has no picture 'nothing'; choose among" in capsys.readouterr().err
    (tmp_path / "lauter.png").write_bytes(b"mine")
    assert main(["gallery", "lauter", "--short", "--folder", str(tmp_path)]) == 2
    assert (tmp_path / "lauter.png").read_bytes() == b"mine"

"""``pysces namelist FOLDER``: a line for each, and counts."""

from config.namelist_files import ACCEPTED, FILES

from pysces.driver.cli import main


def test_a_folder_of_namelists_is_counted(capsys):
    folder = FILES[0].parent
    assert main(["namelist", str(folder)]) == 2
    lines, counts = capsys.readouterr().out.split("\n\n")
    accepted = [line.split(":")[0] for line in lines.splitlines() if ": accepted: model " in line]
    assert set(accepted) == {f.name for f in ACCEPTED if "user" not in f.stem}  # groups tell what is a namelist
    assert sum(int(line.split()[0]) for line in counts.splitlines()) == len(lines.splitlines())
    assert "refused for planar meshes" in counts and "accepted, model prescribed_wind" in counts


def test_a_folder_without_namelists_is_refused(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("&other\n/\n")
    assert main(["namelist", str(tmp_path)]) == 2
    assert "holds no namelist of HOMME or CAM; name another folder." in capsys.readouterr().err


def test_a_mesh_that_is_not_there_is_said(tmp_path, capsys):
    text = (FILES[0].parent / "two_meshes.nl").read_text()
    (tmp_path / "own.nl").write_text("".join(line + "\n" for line in text.splitlines() if " ne " not in f" {line} "))
    assert main(["namelist", str(tmp_path / "own.nl")]) == 0
    said = capsys.readouterr().out
    assert f"{tmp_path / 'a.g'}, which [grid] mesh names, is not there; the run needs it." in said

"""Golden records and mappings that are damaged, odd or hostile: tried.py says what each must keep."""

import json
import os
import random
import shutil
import time

import numpy as np
import pytest
from pysces_harness import cli
from pysces_harness.errors import BadInput
from pysces_harness.golden import record as golden
from pysces_harness.guards import sizes
from pysces_harness.judging import plan

from tests.harness.bad_inputs.made_up import MAPPING, ODD, RECORD, RECORDS, VALUES, change, snapshot, with_setting
from tests.harness.bad_inputs.tried import FEWEST, LIMIT, SEED, assert_enough, tried

GROUPS = ("golden record", "damaged record", "golden add", "mapping", "convert target")


def test_golden_records(room, capsys, tmp_path_factory):
    """Accepted: only what ``golden.read`` takes, on a mesh of at most a million elements, and then all is judged."""
    folder = tmp_path_factory.mktemp("records")
    for n, spoil in enumerate(RECORDS.values()):
        path = folder / f"{n}.nc"
        shutil.copy(RECORD, path)
        spoil(path)
        status, said = tried("golden record", ["golden", path], room, capsys)
        if status != 2:
            (check, *_) = plan.golden_checks([path])
            assert check.case.grid is None or check.case.grid.lat.shape[0] <= 10**6, said


def test_damaged_bytes_of_records(room, capsys, tmp_path_factory):
    """Accepted: only where every input and output that is read is finite and of the record's shape."""
    folder, rng = tmp_path_factory.mktemp("bytes"), random.Random(SEED)
    original, whole = RECORD.read_bytes(), golden.read(RECORD)
    for n in range(60):
        content = bytearray(original)
        for _ in range(1 + n % 7):
            content[rng.randrange(min(len(content), 4000 if n % 2 else len(content)))] ^= 1 << rng.randrange(8)
        path = folder / f"{n}.nc"
        path.write_bytes(content[: rng.randrange(len(content))] if n % 5 == 0 else content)
        status, said = tried("damaged record", ["golden", path], room, capsys)
        if status != 2:
            found = golden.read(path)
            assert all(np.isfinite(f.values).all() for f in {**found.inputs, **found.outputs}.values()), said
            assert found.outputs["ds"].values.shape == whole.outputs["ds"].values.shape


def test_one_unusable_record_does_not_stop_the_others(room, capsys):
    shutil.copy(RECORD, room / "b.nc")
    change(room / "b.nc", kernel="no_such_kernel")
    words = ["golden", "record.nc", "b.nc", "--json", "out.json"]
    before = time.monotonic()
    assert cli.main(words) == 2 and time.monotonic() - before < LIMIT
    rows = json.loads((room / "out.json").read_text())
    assert [row["verdict"] for row in rows] == ["ROUNDOFF", "ROUNDOFF", "NOT-RUN"] or len(rows) >= 2
    assert rows[-1]["verdict"] == "NOT-RUN" and "b.nc" in rows[-1]["reason"] and not rows[-1]["ok"]
    assert "b.nc" in capsys.readouterr().err


def test_a_mesh_of_ne_500_is_refused_within_a_second(room, capsys):
    with_setting(room / "record.nc", ne=500)
    start = time.monotonic()
    assert cli.main(["golden", "record.nc"]) == 2 and time.monotonic() - start < 1.0
    assert "500" in capsys.readouterr().err
    with pytest.raises(BadInput, match="GB"):
        sizes.check("a mesh of ne 50000", sizes.of_run(50_000, 0))


@pytest.mark.parametrize("name", ["producer", "kernel", "case"])
def test_names_of_records_never_become_paths(name, room, store, capsys):
    """Accepted: a name of letters, digits, _-. only, and then the record lies below test_data."""
    before, everywhere = snapshot(store), snapshot(store.parent)
    texts = [value for value in ODD if isinstance(value, str)]
    for value in [*texts, "/etc/x", "a/b", "..", ".", "-", "a" * 130, "a\x01b", "C:\\x"]:
        shutil.copy(RECORD, room / "odd.nc")
        change(room / "odd.nc", **{name: value})
        status, said = tried("golden add", ["golden", "add", "odd.nc"], room, capsys)
        assert status == 2 or value == "-", said
        if status == 2:
            assert snapshot(store) == before
        else:
            (added,) = (path for path in snapshot(store) if path.name == "odd.nc")
            added.unlink()
            before = snapshot(store)
    assert {p for p in snapshot(store.parent) if store not in p.parents} == set(everywhere) - set(before)


def test_links_are_not_followed_out_of_test_data(room, store, capsys):
    outside = room / "outside"
    outside.mkdir()
    (store / "linked").symlink_to(outside)
    change(room / "record.nc", producer="linked")
    with_setting(room / "record.nc", mesh=None)
    status, said = tried("golden add", ["golden", "add", "record.nc"], room, capsys)
    (store / "linked").unlink()
    assert status == 2 and "link" in said and not any(outside.iterdir())


def test_add_replaces_no_other_record(room, store, capsys):
    shutil.copy(RECORD, room / "smooth.nc")
    change(room / "smooth.nc", notes="another")
    status, said = tried("golden add", ["golden", "add", "smooth.nc"], room, capsys)
    assert status == 2 and "--overwrite" in said


def test_mappings(room, capsys, tmp_path_factory):
    """Accepted: only a mapping whose record ``golden.read`` takes."""
    folder = tmp_path_factory.mktemp("mappings")
    lines = MAPPING.splitlines()
    trials = [
        MAPPING,
        "",
        "[",
        "\x00",
        "a" * 10**5,
        "[a]\n" * 3000,
        "x=" + "[" * 3000,
        MAPPING + "[axes]\na = 3",
        MAPPING * 2,
    ]
    tables = ("[select]\ntime", "[select]\nlev", "[columns]\nlat", "[columns]\nlon", "[axes]\nlev", "[axes]\nelem")
    trials += [f"{MAPPING}{table} = {value}" for table in tables for value in ("3", '"x"', "[1]")]
    for n, line in enumerate(lines):
        key = line.partition(" = ")[0]
        trials += ["\n".join([*lines[:n], *lines[n + 1 :]])]
        trials += ["\n".join([*lines[:n], f"{key} = {v}", *lines[n + 1 :]]) for v in VALUES if " = " in line]
    for n, text in enumerate(trials):
        rules, target = folder / f"{n}.toml", folder / f"{n}.nc"
        rules.write_text(text)
        words = ["golden", "convert", "flat.nc", "--mapping", rules, "-o", target]
        status, _ = tried("mapping", words, room, capsys)
        assert (status == 2 and not target.exists()) or golden.read(target)
    assert not list(folder.glob("*.part"))


def test_conversion_takes_no_other_file_s_place(room, capsys):
    (room / "map.toml").write_text(MAPPING)
    (room / "link.nc").symlink_to("flat.nc")
    os.link(room / "flat.nc", room / "hard.nc")
    for target in ("flat.nc", "./flat.nc", "link.nc", "hard.nc", "map.toml", "notes.txt", ".", "good.json", "a\0b"):
        words = ["golden", "convert", "flat.nc", "--mapping", "map.toml", "-o", target]
        assert tried("convert target", words, room, capsys)[0] == 2
        if target != "notes.txt" and target != "good.json":
            assert tried("convert target", [*words, "--overwrite"], room, capsys)[0] == 2


def test_at_least_as_many_inputs_as_promised_were_tried(request):
    assert_enough(GROUPS, FEWEST["records"], request)

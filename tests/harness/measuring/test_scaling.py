"""What a cut of the mesh sends, counted without the tables of a run; and the measured rows and their section."""

import json

import numpy as np
import pytest
from pysces_harness import cli
from pysces_harness.measuring.scaling import paper
from pysces_harness.measuring.scaling.exchanges import Exchanges, exchanges
from pysces_harness.measuring.scaling.volume import topology, volume
from pysces_harness.report import html
from pysces_harness.report import scaling as drawn
from pysces_harness.report.material import Material, kind_of
from pysces_harness.running.configurations import CONFIGURATIONS

from pysces.mesh.cubed_sphere import cubed_sphere_elements
from pysces.topology.connectivity import connect
from pysces.topology.decomposition import decompose


@pytest.mark.parametrize(("ne", "parts"), [(2, 2), (3, 1), (3, 4), (4, 5), (5, 150), (7, 13)])
def test_the_counted_volume_is_that_of_the_tables_that_runs_use(ne, parts):
    mesh = topology(ne)
    tables = decompose(connect(cubed_sphere_elements(ne).vertices, 4), mesh.curve, parts)
    counted = volume(mesh, parts)
    nodes, items = tables.nodes.count.sum(axis=1), tables.around.count.sum(axis=1)
    neighbours = (tables.nodes.count > 0).sum(axis=1)
    assert (counted.nodes_max, counted.items_max, counted.neighbours_max) == (
        nodes.max(),
        items.max(),
        neighbours.max(),
    )
    means = counted.nodes_mean, counted.items_mean, counted.neighbours_mean
    assert means == pytest.approx((nodes.mean(), items.mean(), neighbours.mean()), rel=1e-14)
    assert counted.widest == tables.nodes.count.max()
    assert counted.elements == tables.elements.shape[1]
    assert counted.rim == pytest.approx((tables.rim / tables.real.sum(axis=1)).max(), rel=1e-14)


def test_a_step_exchanges_its_state_in_every_stage_and_twice_in_every_subcycle():
    """Five stages and two subcycles of two exchanges, four fields each; tracers add three stages of two messages."""
    dry, one, three = (exchanges(n) for n in (0, 1, 3))
    assert (dry.messages, dry.node_fields, dry.item_fields) == (9, 36, 0)
    assert one.messages - dry.messages == 6 and three.messages == one.messages
    assert (three.node_fields - one.node_fields, three.item_fields - one.item_fields) == (8, 8)


@pytest.mark.parametrize("over", ["ranks", "devices"])
def test_rows_say_what_they_are_and_make_a_section(over, tmp_path):
    if over == "ranks" and CONFIGURATIONS["mpi-2"].missing():
        pytest.skip(CONFIGURATIONS["mpi-2"].missing())
    target = tmp_path / "scaling.json"
    cli.main(["scaling", "--over", over, "--parts", "1", "--ne", "2", "--rounds", "2", "--json", str(target)])
    (row,) = rows = json.loads(target.read_text())
    assert (row["kind"], row["over"], row["parts"], row["elements"]) == ("overhead", over, 1, 24)
    assert 0 < row["low"] <= row["high"] and row["low"] <= row["seconds"] / row["alone_s"] * 1.5
    assert kind_of(rows) == "scaling"
    wide = {**row, "kind": "strong", "parts": 2, "ratio": None}
    page = html.write(Material(scaling=[row, wide, {**wide, "kind": "weak", "ratio": 0.9}]), tmp_path / "page")
    shown = page.read_text().partition('<section id="scaling">')[2].partition("</section>")[0]
    assert "refused" in shown and "0.900" in shown and shown.count("<table>") == 3
    assert drawn.section([]) == {}


def test_a_step_on_paper_takes_what_its_parts_say(monkeypatch):
    monkeypatch.setattr(paper, "LEVELS", {4: 10})
    cut, e = volume(topology(4), 3), Exchanges(9, 36, 4)
    machine = paper.Machine("", floor=1.0, cost=0.1, latency=0.01, bandwidth=1e6)
    t = paper.estimate(cut, e, 10, machine)
    assert t.bytes == 80 * (36 * cut.nodes_max + 4 * cut.items_max)
    assert t.total == pytest.approx(1.0 + 32.0 + 0.01 * 9 * cut.neighbours_max + t.bytes / 1e6)
    padded = paper.estimate(cut, e, 10, machine, padded=True)
    assert padded.bytes == 80 * (36 * 3 * cut.widest + 4 * cut.items_max) and padded.messages == 18
    assert paper.table([cut], e, machine).count("\n") == 2


def test_every_element_of_the_topology_touches_those_beyond_its_edges():
    mesh = topology(4)
    edges = np.sort(np.stack([np.repeat(np.arange(96), 4), mesh.across.ravel()], axis=1), axis=1)
    _, count = np.unique(edges, axis=0, return_counts=True)
    assert (count == 2).all() and sorted(mesh.curve) == list(range(96))

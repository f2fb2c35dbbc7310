"""Hostile text in every field of every kind of rows: the page, the XML and the Markdown stay what they are."""

import copy
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from pysces_harness.errors import BadInput
from pysces_harness.report import html, junit, markdown, terminal
from pysces_harness.report.material import Material, add
from pysces_harness.whole_runs.conservation import SPECIES

from tests.harness.report import results_made_up as reported

pytest.importorskip("jinja2")
MARK = "zqx"
HOSTILE = (
    f"<script>alert('{MARK}')</script>",
    f'"><img src=x onerror={MARK}>',
    f"</script><{MARK}>]]>",
    f"{MARK} | a\nb\r\n# c [x](javascript:y) </details>",
    f"{MARK}\x00\x07\x1b[31m\x85\u2028",
    f"{MARK}\ud800\udfff\uffff",
    f"{{{{ {MARK} }}}} [/] [bold] \\",
    "__proto__",
    f"<!--{MARK}",
    "x" * 20000,
)
MASS = {"configuration": "numpy-f64", "ne": 8, "day": 10} | dict.fromkeys(("dry", *SPECIES), 1e-15)
SLOPE = {"model": "m", "configuration": "c", "parameter": "nu", "slope": 2.0, "dot": 1e-15, "finite": True, "ok": True}
SLOPE |= {"reason": "a kink: slope 1.00 there"}
KINDS = {
    "results": [r.as_json() for r in reported.results()],
    "detection": [{"kernel": "dss", "configuration": "c", "defect": "bad_point", "smallest_detected": 1e-9}],
    "cases": reported.case_rows(),
    "growth": [reported.growth_row()],
    "conservation": [MASS],
    "gradients": [SLOPE],
    "located": [reported.walk("laplacian")],
    "perf": [reported.perf_row()],
    "scaling": [reported.scaling_row()],
    "facts": {"facts": {"cpu": "x", "cores": 2}, "problems": ["jax is wrong"]},
}


def leaves(tree, place=()):
    """Where every text and every number lies; of a list the first two items."""
    if isinstance(tree, dict):
        return [found for key in tree for found in leaves(tree[key], (*place, key))]
    if isinstance(tree, list):
        return [found for n, item in enumerate(tree[:2]) for found in leaves(item, (*place, n))]
    return [(place, tree)]


def planted(tree, place, value):
    tree = copy.deepcopy(tree)
    *way, last = place
    spot = tree
    for step in way:
        spot = spot[step]
    spot[last] = value
    return tree


class Reader(HTMLParser):
    """Counts tags and keeps the script's data; text is only text."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.data, self.inside = [], [], "", False

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attributes]
        self.inside = ("id", "data") in attributes

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        self.data += data if self.inside else ""

    def handle_comment(self, data):
        raise AssertionError(f"a comment was started: {data[:80]}")


def read(page):
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def outputs(material, folder):
    page = html.write(material, folder).read_text(encoding="utf-8")
    junit.write(material.results, folder / "j.xml", material.steps)
    terminal.results(material.results, everything=True)
    return page, markdown.text(material)


def texts(kind):
    return [place for place, value in leaves(KINDS[kind]) if isinstance(value, str) and place[-1] != "uri"]


def numbers(kind):
    return [place for place, value in leaves(KINDS[kind]) if isinstance(value, (int, float)) and kind != "facts"]


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_in_every_text_at_once_stays_text(kind, tmp_path, capsys):
    """Texts that may be anything take the same hostile value together; those with a meaning of their own refuse it."""
    plain = Material()
    add(plain, tmp_path / "plain.json", json.loads(json.dumps(KINDS[kind])))
    calm = read(outputs(plain, tmp_path)[0])
    for n, text in enumerate(HOSTILE):
        tree = json.loads(json.dumps(KINDS[kind]))
        for place in texts(kind):
            trial = planted(tree, place, f"{text}{n}")
            try:
                add(Material(), tmp_path / "x", trial)
            except BadInput:
                continue
            tree = trial
        material = Material()
        add(material, tmp_path / "x", tree)
        page, summary = outputs(material, tmp_path)
        found = read(page)
        assert set(found.tags) <= set(calm.tags) | {"section", "article", "ul", "li", "b", "small", "p"}
        assert set(found.attributes) <= set(calm.attributes) | {"title", "colspan"}
        assert (found.tags.count("script") == 2 and "img" in calm.tags) or "img" not in found.tags
        json.loads(found.data)
        ElementTree.parse(tmp_path / "j.xml")
        assert "\n# c" not in summary and "<script" not in summary and not re.search(r"(?<!\\)\[x\]\(", summary)
        for line in (line for line in summary.splitlines() if line.startswith("| ")):
            assert line.rstrip().endswith("|") and "</details>" not in line


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "facts"])
def test_what_is_no_number_is_refused_wherever_a_number_is_read(kind, tmp_path):
    """Numbers that the page does not read may be anything: then the page is the same but for them."""
    for place in numbers(kind):
        for wrong in ("<b>zqx</b>", "1", [1.0], {}, float("nan"), float("inf"), 10**400, True):
            material = Material()
            try:
                add(material, tmp_path / "x", planted(KINDS[kind], place, wrong))
            except BadInput as error:
                assert len(str(error)) < 400
                continue
            if wrong != "<b>zqx</b>":
                continue
            assert wrong not in html._template().render(html.context(material)), place

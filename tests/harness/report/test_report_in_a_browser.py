"""The page in a real browser: no console error, no sideways scrolling, the matrix there, a kernel's plots drawn."""

import json
import re
import shutil
import subprocess

import pytest

pytest.importorskip("jinja2")
from pysces_harness.report import html
from pysces_harness.report.material import Material

from tests.harness.report import results_made_up as reported

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no chromium here; apt-get install chromium")

# Appended to the page: what a reader would see of its layout, said on the console.
PROBE = """<script>addEventListener("load", () => {
  const root = document.documentElement, open = document.querySelector("details[open].kernel");
  console.log("PROBE" + JSON.stringify({
    width: innerWidth, sideways: root.scrollWidth - innerWidth,
    matrix: document.querySelectorAll("#matrix td a").length,
    plots: open.querySelectorAll(".plots svg").length, dots: open.querySelectorAll(".globe circle title").length,
    curves: document.querySelectorAll(".chart svg polyline").length,
    pictures: [...document.images].filter((image) => image.naturalWidth > 0).length,
  }) + "END");
});</script>"""


def browse(folder, width, extra="", *flags):
    """(what the probe saw, the console's other lines) of the page at a width, with a kernel opened by its link."""
    material = Material(reported.results(), cases=reported.case_rows(), perf=[reported.perf_row()])
    material.growth, material.located = [reported.growth_row()], [reported.walk("laplacian")]
    material.scaling = [reported.scaling_row()]
    path = html.write(material, folder)
    path.write_text(path.read_text().replace("</body>", extra + PROBE + "</body>"))
    frame = folder / "frame.html"  # the window itself cannot be narrower than 500 pixels
    address = f"{path.name}#k=gradient_sphere&c=numpy-f64"
    frame.write_text(f'<body style="margin:0"><iframe src="{address}" style="border:0;width:{width}px;height:900px">')
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr", *flags]
    options += [f"--user-data-dir={folder / 'profile'}", "--window-size=1300,1000", "--virtual-time-budget=5000"]
    options += ["--dump-dom", frame.as_uri()]
    ended = subprocess.run([BROWSER, *options], capture_output=True, text=True, timeout=120)
    said = [line for line in ended.stderr.splitlines() if "CONSOLE" in line]
    (probe,) = re.findall(r"PROBE(.*?)END", "\n".join(said))
    return json.loads(probe.replace('\\"', '"')), [line for line in said if "PROBE" not in line]


@pytest.mark.parametrize("width, flags", [(1280, []), (400, ["--blink-settings=preferredColorScheme=0"])])
def test_the_page_is_whole_and_readable(tmp_path, width, flags):
    """Wide and light, narrow and dark."""
    seen, said = browse(tmp_path, width, "", *flags)
    assert said == []
    assert (seen["width"], seen["sideways"]) == (width, 0)
    assert seen["matrix"] == 6 and seen["plots"] == 3 and seen["dots"] >= len(reported.POINTS)
    assert seen["curves"] == 7 and seen["pictures"] == 3


def test_an_error_on_the_page_and_an_overflow_would_be_seen(tmp_path):
    """The two checks above can fail."""
    extra = '<div style="width:2000px">wide</div><script>undefinedFunction()</script>'
    seen, said = browse(tmp_path, 1280, extra)
    assert seen["sideways"] > 0 and any("undefinedFunction" in line for line in said)

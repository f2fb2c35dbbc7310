"""The HTML page: one file that loads nothing, drawn from a Material by the template in page/."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import BadInput, printable
from ..guards import targets
from ..judging.comparison import LIMITS
from ..judging.provenance import commit
from ..running import doctor
from . import cases, cells, gradients, growth, kernels, ledger, overview, scaling, timing
from .material import Material
from .standing import beside, compared, failing, title
from .steps import DONE

if TYPE_CHECKING:  # only drawing a page needs it
    from jinja2 import Template

PAGE = Path(__file__).with_name("page")
SCRIPTS = ("charts.js", "sphere.js", "page.js")


def write(material: Material, folder: Path) -> Path:
    """index.html in the folder; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "index.html"
    targets.text(target, printable(_template().render(context(material))))
    return target


def _template() -> Template:
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        raise BadInput("--report needs jinja2, which is not installed: pip install jinja2.") from None
    loader = FileSystemLoader(PAGE)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True).get_template(
        "page.html.j2"
    )


def context(material: Material) -> dict:
    """Every name that the template uses."""
    results = material.results
    configurations, matrix = cells.cells(results)
    found = {
        "head": overview.headline(results),
        "steps": [step for step in material.steps if step.state != DONE],
        "failures": overview.failures(results),
        "beside": beside(material),
        "problems": material.problems,
        "loosened": overview.loosened(results),
        "weak": overview.weak(results),
        "smallest": overview.smallest_noticed(results),
        "configurations": configurations,
        "matrix": matrix,
        "group": cells.group,
        "sides": overview.sides(results),
        "machines": overview.machines(results),
        "kernels": kernels.heads(results),
        "data": kernels.data(results),
        "detection": timing.detection(material.detection),
        "cases": cases.sections(material.cases),
        "growth": growth.sections(material.growth) + growth.drifts(material.conservation),
        "gradients": gradients.sections(material.gradients),
        "perf": timing.intervals(material.perf),
        "scaling": scaling.section(material.scaling),
        "located": growth.walks(material.located),
        "history": ledger.section(material.ledger),
        "facts": material.facts or doctor.facts(),
    }
    return found | _around(found) | {"title": title(material), "bad": failing(material) or not compared(material)}


def _around(found: dict) -> dict:
    """Title, stamp, navigation, style and script."""
    named = {
        "steps": "What did not run",
        "failures": "What does not hold",
        "loosened": "Loosened",
        "weak": "Weak",
        "matrix": "Verdicts",
        "sides": "Provenance",
        "kernels": "Kernels",
        "detection": "Defects",
        "cases": "Cases",
        "gradients": "Gradients",
        "perf": "Performance",
        "scaling": "Scaling",
        "located": "Located",
        "history": "History",
    }
    anchors = {"matrix": "verdicts", "sides": "provenance", "perf": "performance"}
    always = ("loosened", "weak") if found["head"]["checks"] else ()
    joined = {"cases": found["growth"], "failures": found["beside"] or found["problems"]}
    shown = [name for name in named if found[name] or name in always or joined.get(name)]
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return {
        "stamp": " · ".join(filter(None, [*(f"commit {m['commit']}" for m in found["machines"]), now])),
        "drawn": f"Drawn {now} by pysces-verify{f' at commit {commit()}' if commit() else ''}",
        "sections": [(anchors.get(name, name), named[name]) for name in shown],
        "glyphs": cells.GLYPHS,
        "limits": LIMITS,
        "describe": overview.describe,
        "css": (PAGE / "page.css").read_text(),
        "script": "\n".join((PAGE / name).read_text() for name in SCRIPTS),
    }

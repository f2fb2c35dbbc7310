"""How often a call asks each of its parts, and the time that it tells them, for every way to split a call."""

from collections import Counter

import pytest

from pysces.config.presets import homme
from pysces.driver.simulation import simulation

LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 4, "eta_top": 0.1}}}
DT = 300.0


class Asked:
    """A part that does what another does, and remembers for how many seconds it was asked."""

    def __init__(self, part, method, place, times):
        self.part, self.method, self.place, self.times = part, method, place, times

    def __getattr__(self, name):
        if name != self.method:
            return getattr(self.part, name)
        return self.told

    def told(self, *arguments):
        self.times[float(arguments[self.place])] += 1
        return getattr(self.part, self.method)(*arguments)


@pytest.mark.parametrize(("rsplit", "qsplit"), [(0, 1), (0, 3), (1, 1), (2, 1), (2, 3)])
def test_every_part_is_told_the_time_between_its_turns(rsplit, qsplit):
    """Forcing and remap: all of the call. Transport: a tracer step. Dissipation: a dynamics step."""
    config = homme(ne=2, tracers=True, suite="held_suarez", tstep=DT, rsplit=rsplit, qsplit=qsplit).with_table(LEVELS)
    run = simulation(config)
    methods = {  # method, and which of its arguments is a time
        "forcing": ("split", 1),
        "transport": ("advance", 4),
        "dissipation": ("apply_with_flux", 1),
        "remap": ("apply", 3),
    }
    times = {name: Counter() for name in methods}
    parts = {name: Asked(getattr(run.dycore, name), *how, times[name]) for name, how in methods.items()}
    after = run.dycore.replace(**parts).step(run.state)
    tracer_steps = max(rsplit, 1)
    call = DT * qsplit * tracer_steps
    assert times["forcing"] == times["remap"] == {call: 1}
    assert times["transport"] == {DT * qsplit: tracer_steps}
    assert times["dissipation"] == {DT: qsplit * tracer_steps}
    assert float(after.time) == call == float(run.dycore.dt_remap)

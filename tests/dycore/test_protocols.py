"""Every part of every model has the methods that the dycore calls, with their arguments; one that lacks some fails."""

import functools
import inspect
from typing import Generic, Protocol

import numpy as np
import pytest

from pysces.arrays.pytree import tree_leaves
from pysces.config.presets import cam_se, homme, preset
from pysces.driver.simulation import simulation
from pysces.dycore.idle import FloatingLayers, NoDissipation
from pysces.dycore.protocols import Dissipation, Equations, Forcing, ImplicitEquations, Remap, Transport
from pysces.models import registry as models
from pysces.models.cam_se.physics_step import CamForcing
from pysces.models.layer_advection import setup as layer_advection
from pysces.models.model import Model
from pysces.transport.fluxes import DissipationFlux, MeanFlux

PROTOCOLS = {
    "equations": Equations,
    "dissipation": Dissipation,
    "remap": Remap,
    "transport": Transport,
    "forcing": Forcing,
}
MODELS = {"theta_l": homme, "cam_se": cam_se}
OTHERS = {
    "no dissipation": (NoDissipation(), Dissipation),
    "floating layers": (FloatingLayers(), Remap),
    "CAM's tendency": (CamForcing(None, None, 0.0, 0.0), Forcing),
}


@functools.cache
def run_of(model):
    """A model with all of its parts, on numpy."""
    return simulation(MODELS[model](ne=2, tracers=True, suite="held_suarez"))


@pytest.fixture(params=MODELS)
def run(request):
    return run_of(request.param)


def methods(protocol):
    bases = [base for base in protocol.__mro__ if base not in (object, Protocol, Generic)]
    found = {name: f for base in reversed(bases) for name, f in vars(base).items() if inspect.isfunction(f)}
    return {name: f for name, f in found.items() if not name.startswith("_")}


def arguments(function):
    """Name, kind and default of each argument but self."""
    return [(p.name, p.kind, p.default) for p in list(inspect.signature(function).parameters.values())[1:]]


def shortcomings(part, protocol):
    """What a part has not, or has otherwise, of what a protocol asks for."""
    lacking = [] if isinstance(part, protocol) else [f"{type(part).__name__} is no {protocol.__name__}"]
    for name, wanted in methods(protocol).items():
        found = getattr(type(part), name, None)
        if found is None:
            lacking.append(f"{type(part).__name__} has no {name}")
        elif arguments(found) != arguments(wanted):
            lacking.append(f"{type(part).__name__}.{name}{inspect.signature(found)} is not {inspect.signature(wanted)}")
    return lacking


@pytest.mark.parametrize("name", PROTOCOLS)
def test_every_part_of_a_model_is_what_its_protocol_says(run, name):
    part = getattr(run.host, name)
    assert part is not None
    assert shortcomings(part, PROTOCOLS[name]) == []


@pytest.mark.parametrize("model", sorted(models.MODELS))
def test_every_registered_model_is_made_of_such_parts(model):
    """By its preset alone; a part that a model does without is None, equations and remap never are."""
    dycore = simulation(preset(model)).host
    parts = {name: getattr(dycore, name) for name in PROTOCOLS}
    assert parts["equations"] is not None and parts["remap"] is not None
    assert [s for n, part in parts.items() if part is not None for s in shortcomings(part, PROTOCOLS[n])] == []


@pytest.mark.parametrize("name", sorted(models.MODELS))
def test_every_registered_model_is_one(name):
    model = models.find_model(name)
    assert shortcomings(model, Model) == []
    assert model.name == name == model.config().model
    made = model.setup(model.config().with_options(ne=2))
    watched, fields = model.watch(made.dycore, made.state), model.fields(made.dycore, made.state)
    assert watched.mass.values > 0 and fields
    assert all(np.shape(f.values)[:3] == (24, 4, 4) and f.units and f.long_name for f in fields)


class Hasty(layer_advection.LayerAdvectionModel):
    """A model that hands its fields over in another order of arguments."""

    def fields(self, state, dycore):
        return []


def test_a_model_that_is_none_is_found():
    assert any("fields" in said for said in shortcomings(Hasty(), Model))


@pytest.mark.parametrize("name", OTHERS)
def test_parts_that_no_preset_builds_are_what_their_protocols_say(name):
    assert shortcomings(*OTHERS[name]) == []


class WithoutFlux:
    """Hyperviscosity of somebody who forgot that tracers want to know."""

    def apply(self, state, dt, grid, equations):
        return state


class WithFlag(WithoutFlux):
    """Both methods, and a flag that changes what comes back."""

    def apply_with_flux(self, state, dt, grid, equations, with_flux=True):
        return (state, None) if with_flux else state


class Swapped:
    """A transport whose arguments come in an order of its own."""

    def advance(self, tracer_mass, flux, dp_start, dissipated, dt, grid):
        return tracer_mass


def test_a_part_that_lacks_a_method_is_found():
    assert shortcomings(WithoutFlux(), Dissipation) == [
        "WithoutFlux is no Dissipation",
        "WithoutFlux has no apply_with_flux",
    ]


@pytest.mark.parametrize(("part", "protocol"), [(WithFlag(), Dissipation), (Swapped(), Transport)])
def test_a_part_with_other_arguments_is_found(part, protocol):
    assert isinstance(part, protocol), "names alone do not tell"
    (found,) = shortcomings(part, protocol)
    assert "is not (self, " in found


def test_the_nonhydrostatic_equations_alone_are_stepped_implicitly(run):
    """A class that has all but the two methods of fast terms is not taken for one."""
    assert set(methods(ImplicitEquations)) == {*methods(Equations), "limited", "solve_implicit", "with_fast_terms"}
    assert shortcomings(run.host.equations, ImplicitEquations)
    made = simulation(homme(ne=2, theta_hydrostatic_mode=False, tstep_type=9, tracers=True, suite="held_suarez")).host
    assert shortcomings(made.equations, ImplicitEquations) == []
    assert [s for name in PROTOCOLS for s in shortcomings(getattr(made, name), PROTOCOLS[name])] == []


@pytest.mark.parametrize("protocol", [*PROTOCOLS.values(), ImplicitEquations])
def test_no_argument_of_a_protocol_is_a_flag(protocol):
    annotations = [p.annotation for f in methods(protocol).values() for p in inspect.signature(f).parameters.values()]
    assert annotations and not any("bool" in str(a) for a in annotations)


def test_both_models_hand_over_the_same_kind_of_flux(run):
    """tendency and tendency_and_flux agree bit for bit, and zeros have the structure of what is added to them."""
    state, grid = run.state.dynamics, run.host.grid
    equations = run.host.equations.for_step(state, run.state.tracer_mass)
    rates, flux = equations.tendency_and_flux(state, grid)
    for a, b in zip(tree_leaves(rates), tree_leaves(equations.tendency(state, grid)), strict=True):
        np.testing.assert_array_equal(a, b)
    zeros = equations.no_flux(state)
    assert type(flux) is type(zeros) is MeanFlux
    assert [x.shape for x in tree_leaves(flux)] == [x.shape for x in tree_leaves(zeros)]


def test_dissipation_with_and_without_flux_is_one(run):
    equations = run.host.equations.for_step(run.state.dynamics, run.state.tracer_mass)
    where = (run.state.dynamics, run.host.dt, run.host.grid, equations)
    after, flux = run.host.dissipation.apply_with_flux(*where)
    assert isinstance(flux, DissipationFlux)
    for a, b in zip(tree_leaves(after), tree_leaves(run.host.dissipation.apply(*where)), strict=True):
        np.testing.assert_array_equal(a, b)


def test_another_way_of_transport_needs_no_other_dycore(run):
    """It is handed the layers at the start, the mean flux and the dissipation of its dynamics steps, and its step."""
    calls = []

    class Recorded:
        def advance(self, tracer_mass, dp_start, flux, dissipated, dt, grid):
            calls.append((dp_start, flux, dissipated, dt))
            return 2.0 * tracer_mass

    dycore = run.host.replace(transport=Recorded(), remap=FloatingLayers(), forcing=None, rsplit=1, qsplit=2)
    after = dycore.step(run.state)
    np.testing.assert_array_equal(after.tracer_mass, 2.0 * run.state.tracer_mass)
    ((dp_start, flux, dissipated, dt),) = calls
    np.testing.assert_array_equal(dp_start, dycore.equations.layer_mass(run.state.dynamics))
    assert type(flux) is MeanFlux and type(dissipated) is DissipationFlux and dt == 2 * dycore.dt

"""What a model says of options that do nothing beside others, and of those that it does not have."""

import pytest
from config.option_values import base_of

from pysces.config.presets import preset
from pysces.driver.simulation import simulation
from pysces.models.registry import MODELS

RUNGE_KUTTA = {"integration": "runge_kutta"}


@pytest.mark.parametrize("model", MODELS)
def test_a_model_at_its_usual_choices_has_nothing_to_warn_of(model):
    assert preset(model).notes() == []


@pytest.mark.parametrize(
    "model, table, sentence",
    [
        ("theta_l", {"case": {"name": "held_suarez"}}, "Case held_suarez runs without its forcing"),
        ("theta_l", {"viscosity": {"nu_top": 2.5e5}}, "hypervis_subcycle_tom = 0 leaves the sponge out"),
        ("theta_l", {"viscosity": {"nu": 0.0, "nu_p": 1e15}}, "nu_p is given, but there is no hyperviscosity"),
        ("theta_l", {"viscosity": {"nu_s": 1e15}}, "nu_s is of geopotential, which the hydrostatic form does not step"),
        ("theta_l", {"viscosity": {"nu": 0.0, "nu_s": 1e15}}, "nu_s is given, but there is no hyperviscosity"),
        ("theta_l", {"case": {"options": {"moist": True}}}, "no vapor is carried"),
        ("theta_l", {"dynamics": {"limiter_option": 8}}, "limiter_option is for tracers, and none are carried"),
        ("theta_l", {"time": {"ndays": 2.0, "nmax": 3}}, "nmax is given, so ndays is ignored"),
        ("cam_se", {"viscosity": {"hypervis_subcycle_tom": 0}}, "hypervis_subcycle_tom = 0 leaves the sponge out"),
        ("cam_se", {"viscosity": {"fine_ne": 30}}, "fine_ne is given, but hypervis_power = 0"),
        ("cam_se", {"viscosity": {"max_hypervis_courant": 1.9}}, "max_hypervis_courant is given, but hypervis_power"),
        ("cam_se", {"physics": {"ftype": 0}}, "ftype"),
        ("theta_l", {"physics": {"ftype": 4}}, "ftype is given, but there is no suite"),
        ("cam_se", {"physics": {"ftype": 0, "suite": "held_suarez"}}, "ftype 0 and 2 are one and the same"),
        ("cam_se", {"backend": {"platform": "gpu"}}, "platform is for jax"),
    ],
)
def test_what_does_not_do_what_its_words_say_is_warned_of(model, table, sentence):
    (note,) = preset(model).with_table(table).notes()
    assert sentence in note and note.endswith(".")


@pytest.mark.parametrize(
    "model, table, sentence",
    [
        ("cam_se", {"viscosity": {"hypervis_order": 0}}, "model 'theta_l' has it, 'cam_se' does not: leave it out"),
        ("cam_se", {"dynamics": {"theta_advect_form": 0}}, "model 'theta_l' has it, 'cam_se' does not"),
        ("cam_se", {"dynamics": {"pgrad_correction": 0}}, "model 'theta_l' has it"),
        ("cam_se", {"viscosity": {"hv_ref_profiles": 1}}, "model 'theta_l' has it"),
        ("cam_se", {"viscosity": {"hv_theta_correction": 1}}, "model 'theta_l' has it"),
        ("cam_se", {"viscosity": {"tom_sponge_start": 5.0}}, "model 'theta_l' has it"),
        ("cam_se", {"case": {"tracers": False}}, "tracers must be one of True, found False"),
        ("theta_l", {"dynamics": {"se_pgf_formulation": 2}}, "model 'cam_se' has it, 'theta_l' does not"),
        ("theta_l", {"dynamics": {"cam_compatible": True}}, "model 'cam_se' has it"),
        ("theta_l", {"viscosity": {"hypervis_power": 3.2}}, "model 'cam_se' has it, 'theta_l' does not: leave it out"),
        ("theta_l", {"viscosity": {"fine_ne": 30}}, "model 'cam_se' has it, 'theta_l' does not"),
        ("cam_se", {"viscosity": {"hypervis_power": 3.2, "hypervis_scaling": 3.2}}, "give one only"),
        ("theta_l", {"viscosity": {"nu": -6.9e16}}, "must not be negative, except for -1"),
        ("cam_se", {"viscosity": {"nu_div": -2.5}}, "must not be negative, except for -1"),
        ("theta_l", {"case": {"options": {"moist": "yes"}}}, "moist of case 'baroclinic_wave' must be true or false"),
        ("theta_l", {"case": {"name": "williamson2"}}, "model 'shallow_water' has it: add --model shallow_water"),
        ("theta_l", {"case": {"name": "deformation"}}, "model 'prescribed_wind' has it: add --model prescribed_wind"),
        ("shallow_water", {"vertical": {"table": {"nlev": 9}}}, "has no option 'table'; it has none; leave it out"),
        (
            "shallow_water",
            {"dynamics": {"positive_thickness": True}},
            "positive_thickness acts in the stages of [time] integration = 'runge_kutta', found 'tableau'; change",
        ),
        (
            "shallow_water",
            {"dynamics": {"positive_thickness": True}, "time": RUNGE_KUTTA, "case": {"tracers": True}},
            "positive_thickness acts where no tracer is carried, found [case] tracers = true; leave one of them out.",
        ),
        ("theta_l", {"output": {"stream": [{"file": "a.nc", "zzz": 1}]}}, "no option 'zzz'; it has file, every_hours"),
    ],
)
def test_what_a_model_does_not_have_is_refused(model, table, sentence):
    with pytest.raises(ValueError, match=r"^[^\n]*$") as refused:
        simulation(preset(model).with_table({"grid": {"ne": 2}}).with_table(table))
    assert sentence in str(refused.value)


@pytest.mark.parametrize("model", [model for model in MODELS if "nu" in preset(model).words()])
def test_no_viscosity_is_none_and_not_the_automatic_one(model):
    assert simulation(preset(model).with_table(base_of(model)).with_options(nu=0.0)).host.dissipation is None

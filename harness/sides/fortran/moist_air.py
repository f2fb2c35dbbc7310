"""Moist air in reference_fortran, from a record's arrays."""

from __future__ import annotations

import numpy as np

from ...registry import Fields, Settings
from ..adapters import Fortran

columns = np.asfortranarray  # (column, lev) is Fortran's (ncol, nlev)


def _last(a: np.ndarray) -> np.ndarray:
    """(species, column, lev) -> (column, lev, species)."""
    return np.asfortranarray(np.moveaxis(a, 0, -1))


def _flat(a: np.ndarray) -> np.ndarray:
    """(column, lev, ...) -> (n, ...) for point-wise routines; the result of such a routine reshapes back in order F."""
    return a.reshape(-1, *a.shape[2:], order="F")


def set_air(fortran: Fortran, settings: Settings) -> None:
    """Species, gravity and reference pressures of the record."""
    active = ("thermodynamic_active_species_cp", "thermodynamic_active_species_R")
    fortran(
        "moist_air:set_composition",
        settings["dry_air_species_num"],
        *(np.asarray(settings[name]) for name in active),
        settings["gravit"],
        settings["ps0"],
        settings["ptop"],
    )


def moist_thermodynamics(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """Everything that CAM derives from a moist column."""
    set_air(fortran, settings)
    points = _Points(x, fortran)
    out = points.composition() | points.pressure()
    out |= points.hydrostatic(out) | points.energy(settings) | points.transport(settings)
    reference = ("hyai", "hybi", "phis")
    args = (*(x[n] for n in reference), settings["rair"], settings["tref"])
    out["dp_ref"], out["ps_ref"] = fortran("moist_air_diagnostics:reference_thickness", *args)
    return out


class _Points:
    """The column record's inputs in Fortran's shapes, and the groups of quantities that moist_air makes of them."""

    def __init__(self, x: Fields, fortran: Fortran) -> None:
        self.x, self.fortran = x, fortran
        self.temp, self.dp_dry = columns(x["T"]), columns(x["dp_dry"])
        self.q = _last(x["qwater"])
        self.wind = _last(x["v"])

    def _pointwise(self, routine: str, *fields: np.ndarray) -> np.ndarray:
        out = self.fortran(f"moist_air:{routine}", *map(_flat, fields))
        return out.reshape(self.temp.shape, order="F")

    def composition(self) -> dict:
        routines = {
            "sum_species": "water_sum",
            "R_dry": "dry_gas_constant",
            "cp_dry": "dry_heat_capacity",
            "cp": "heat_capacity",
            "inv_cp": "inverse_heat_capacity",
            "R_moist": "gas_constant",
            "kappa_dry": "kappa_of_dry_air",
            "T_v_over_T": "virtual_factor",
        }
        out = {name: self._pointwise(routine, self.q) for name, routine in routines.items()}
        out["T_v"] = self.temp * out["T_v_over_T"]
        out["enthalpy"] = self._pointwise("layer_enthalpy", self.temp, self.dp_dry, self.q)
        return out

    def pressure(self) -> dict:
        dp = self._pointwise("moist_thickness", self.dp_dry, self.q)
        p_i, p = self.fortran("moist_air:pressures", dp)
        rho = self.fortran("moist_air:dry_density", self.temp, self.dp_dry, self.q)
        return {"dp": dp, "pint": p_i, "pmid": p, "ps": p_i[:, -1], "rho_dry": rho}

    def hydrostatic(self, out: dict) -> dict:
        exner = self._pointwise("exner_function", out["pmid"], out["kappa_dry"])
        theta = self.temp / exner
        virtual = columns(out["R_dry"] * out["T_v"])
        phi = self.fortran("moist_air:geopotential", virtual, out["dp"], out["pmid"], self.x["phis"])
        Ri = self.fortran("moist_air_diagnostics:richardson_number", columns(theta), phi, self.wind)
        return {"exner": exner, "theta": theta, "phi": phi, "Ri": Ri}

    def energy(self, settings: Settings) -> dict:
        args = (self.temp, self.wind, self.dp_dry, self.q, self.x["phis"])
        ke, se, po = self.fortran("moist_air_diagnostics:column_energy", *args)
        water = self._water(settings)
        latent = (settings["latvap"] + settings["latice"]) * water["wv"] + settings["latice"] * water["liq"]
        return {"ke": ke, "se": se, "po": po, "te": ke + se + po + latent, **water}

    def _water(self, settings: Settings) -> dict:
        """Paths of vapor, liquid and ice, told apart by their heat capacities."""
        heat = np.asarray(settings["thermodynamic_active_species_cp"])[1:]
        wet = np.arange(heat.size) >= settings["dry_air_species_num"]
        kinds = {"wv": "cpwv", "liq": "cpliq", "ice": "cpice"}
        weights = {name: (wet & (heat == settings[cp])).astype(self.temp.dtype) for name, cp in kinds.items()}
        path = "moist_air_diagnostics:column_water"
        water = {name: self.fortran(path, self.dp_dry, self.q, w) for name, w in weights.items()}
        return water | {"H2O": self.fortran(path, self.dp_dry, self.q, wet.astype(self.temp.dtype))}

    def transport(self, settings: Settings) -> dict:
        """Viscosity and conductivity: of the listed gases, or of a fixed mixture of O2 and N2."""
        out = {}
        for name, key in (("kmvis", "v"), ("kmcnd", "c")):
            coefficient, molar = _transport_coefficients(settings, key)
            args = (coefficient, molar, settings[f"k{key}_temp_exp"], True)
            value = self.fortran("moist_air_diagnostics:molecular_coefficient", _flat(self.temp), _flat(self.q), *args)
            out[name] = value.reshape(self.temp.shape, order="F")
        return out


def _transport_coefficients(settings: Settings, key: str) -> tuple[np.ndarray, np.ndarray]:
    """Coefficient and inverse molar mass of the residual gas and of every listed one."""
    if settings["dry_air_species_num"]:
        names = (f"thermodynamic_active_species_k{key}", "thermodynamic_active_species_mwi")
        coefficients, inverse_masses = (np.asarray(settings[name]) for name in names)
        return coefficients, inverse_masses
    molecules = [settings["mmro2"] * settings["o2_mwi"], settings["mmrn2"] * settings["n2_mwi"]]
    mean = np.dot(molecules, [settings[f"k{key}1"], settings[f"k{key}2"]]) / sum(molecules)
    return np.array([mean]), np.array([sum(molecules)])

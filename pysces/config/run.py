"""A run's whole configuration: sections of options, of which each model has its own.

Every wrong name, type or value is one sentence: what, what was found, what to do.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

from ..constants import E3SM
from .section import Section, section
from .sections import (
    BackendOptions,
    CaseOptions,
    DynamicsOptions,
    GridOptions,
    OutputOptions,
    TimeOptions,
    VerticalOptions,
)

Config = TypeVar("Config", bound="RunConfig")
SHORT = {  # words for options whose own names are ambiguous
    "case": ("case", "name"),
    "case_options": ("case", "options"),
    "levels": ("vertical", "name"),
    "backend": ("backend", "name"),
    "output": ("output", "file"),
}
_AMBIGUOUS = ("name", "options", "table", "file")
_LONGEST_LIST = 100  # characters; a longer list of known names is not read
LONGEST_STEP, STEP_AT_NE1 = 600.0, 9000.0  # s; HOMME's cases take 300 s at ne30


@dataclass(frozen=True)
class RunConfig:
    """Everything that defines a run. Models subclass it with sections of their own; defaults are their usual choices.

    presets.preset(model) is the way to one by name.
    """

    grid: GridOptions = section(GridOptions)
    vertical: VerticalOptions = section(VerticalOptions)
    time: TimeOptions = section(TimeOptions)
    dynamics: DynamicsOptions = section(DynamicsOptions)
    case: CaseOptions = section(CaseOptions)
    backend: BackendOptions = section(BackendOptions)
    output: OutputOptions = section(OutputOptions)

    @property
    def model(self) -> str:
        """Name of the equations."""
        return self.dynamics.model

    @property
    def start(self) -> str:
        """What the run starts from: a file, or else a case."""
        return getattr(self.case, "ncdata", "") or getattr(self.case, "branch", "") or self.case.name

    @classmethod
    def sections(cls) -> dict[str, type[Section]]:
        """The classes of the sections, by their names in a file."""
        return {f.name: f.metadata["section"] for f in dataclasses.fields(cls)}

    @classmethod
    def words(cls) -> dict[str, tuple[str, str]]:
        """(section, option) by the word that names it without a section."""
        known = {
            f.name: (name, f.name)
            for name, of in cls.sections().items()
            for f in dataclasses.fields(of)
            if f.name not in _AMBIGUOUS
        }
        return SHORT | known

    def with_options(self: Config, **options: Any) -> Config:
        """A copy with options changed by their namelist words, of any section; ValueError for words that are none."""
        words = self.words()
        table: dict[str, dict[str, Any]] = {}
        for word, value in options.items():
            if word not in words:
                raise ValueError(f"There is no option {word!r}; {_remedy(self, '', word, words)}")
            where, name = words[word]
            table.setdefault(where, {})[name] = value
        return self.with_table(table)

    def with_table(self: Config, table: dict, source: str = "") -> Config:
        """A copy in which the entries of {section: {option: value}} are changed.

        Raises
        ------
        ValueError for a section, an option or a value that there is not; source names their file in it.
        """
        place, sections, usual = (f" (in {source})" if source else ""), self.sections(), type(self)()
        _check_model(self.model, table, place)
        changed = {}
        for name, entries in table.items():
            if not isinstance(entries, dict):
                raise ValueError(_not_a_section(self, name, entries, place))
            if name not in sections:
                raise ValueError(f"There is no section [{name}]{place}; {suggest(name, sections)}")
            known = [f.name for f in dataclasses.fields(sections[name])]
            for key in entries:
                if key not in known:
                    remedy = _remedy(self, name, key, known)
                    raise ValueError(f"Section [{name}] has no option {key!r}{place}; {remedy}")
            with _saying(source):
                changed[name] = getattr(self, name).with_entries(entries, getattr(usual, name))
        return dataclasses.replace(self, **changed)

    def table(self) -> dict[str, dict[str, Any]]:
        """{section: {option: value}}, the inverse of with_table; JSON-ready."""
        return dataclasses.asdict(self)

    @property
    def step_length(self) -> float:
        """The dynamics step [s]; chosen here, by ne, it divides a day into whole remap calls; ValueError without ne."""
        if self.time.tstep > 0:
            return self.time.tstep
        if not self.grid.ne:
            raise ValueError("[time] tstep = 0 chooses a step by ne, found a mesh; give the step in seconds.")
        return self.step_within(self._size * STEP_AT_NE1 / self.grid.ne)

    def step_within(self, longest: float) -> float:
        """The largest step [s] up to longest, and up to HOMME's, that divides a day into whole remap calls."""
        return self.time.whole_calls_of(min(self._size * LONGEST_STEP, longest))

    @property
    def _size(self) -> float:
        """Of the planet, relative to the Earth."""
        return self.grid.rearth / E3SM.radius if self.grid.rearth > 0 else 1.0

    @property
    def call_length(self) -> float:
        """Model time of one remap call [s]."""
        return self.step_length * self.time.steps_per_call

    @property
    def calls_per_record(self) -> int:
        """Remap calls between two records of the history, at least one."""
        return max(1, round(self.output.every_hours * 3600.0 / self.call_length))

    def notes(self) -> list[str]:
        """One sentence for every choice that does not do what its words say; models add their own."""
        return [*_time_notes(self), *_backend_notes(self)]


def _check_model(own: str, table: dict, place: str) -> None:
    """Refuse to make another model's configuration of one that has a model."""
    dynamics = table.get("dynamics")
    other = dynamics.get("model") if isinstance(dynamics, dict) else None
    if isinstance(other, str) and own and other != own:
        from ..models.registry import find_model

        find_model(other)
        raise ValueError(
            f"This is a configuration of {own!r}, found [dynamics] model = {other!r}{place}; name one model only, "
            f"or start from pysces.preset({other!r})."
        )


@contextmanager
def _saying(source: str) -> Iterator[None]:
    """Sentences about values begin with the file that has them."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{source}: {error}" if source else str(error)) from None


def _not_a_section(config: RunConfig, name: str, value: object, place: str) -> str:
    """The sentence about a value outside every section: the section where its option belongs, or what to look for."""
    found = f"Expected sections{place}, found {name} = {value!r} outside of them; "
    where, option = config.words().get(name, ("", ""))
    if where:
        return f"{found}it belongs under [{where}]{'' if option == name else f', as {option} = {value!r}'}."
    if name in config.sections():
        return f"{found}options of {name!r} stand below a line [{name}]."
    return f"{found}{_remedy(config, '', name, config.words())}"


def _remedy(config: RunConfig, section_name: str, key: str, known: Iterable[str]) -> str:
    """The end of a sentence about an option that this model does not have: perhaps another one does."""
    from ..models.registry import MODELS, find_model

    for other in MODELS:
        has = find_model(other).config.words().get(key)
        if other != config.model and has and section_name in ("", has[0]):
            return f"model {other!r} has it, {config.model!r} does not: leave it out."
    return suggest(key, known)


def _time_notes(config: RunConfig) -> list[str]:
    found = []
    if config.time.nmax and config.time.changed("ndays"):
        found.append("[time] nmax is given, so ndays is ignored.")
    given = config.vertical.table or config.vertical.vfile_int
    if given and config.vertical.changed("name"):
        found.append("[vertical] has a table or file of levels, so name is ignored.")
    return found


def _backend_notes(config: RunConfig) -> list[str]:
    backend = config.backend
    if backend.name == "jax":
        return []
    idle = [name for name in ("cache", "platform") if getattr(backend, name)]
    return [f"[backend] {name} is for jax; on numpy it does nothing." for name in idle]


def suggest(name: str, known: Iterable[str], many: str = "`pysces options` lists those that exist.") -> str:
    """The end of a sentence about an unknown name: the nearest one, or all if they are few; many: if they are not."""
    known = list(known)
    if not known:
        return "it has none; leave it out."
    near = get_close_matches(str(name), known, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    every = ", ".join(known)
    return f"the known ones are {every}." if len(every) <= _LONGEST_LIST else many

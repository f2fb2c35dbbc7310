"""Work that waits until a library is imported, by whomever; so that importing pysces never loads jax."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_waiting: dict[str, list[Callable[[], None]]] = {}


def when_imported(name: str, action: Callable[[], None]) -> None:
    """Call action at once if the module is loaded, else right after it has been."""
    if sys.modules.get(name) is not None and name not in _loading:
        action()
        return
    if name not in _waiting:
        sys.meta_path.insert(0, _Watcher(name))
    _waiting.setdefault(name, []).append(action)


_loading: set[str] = set()


class _Watcher(MetaPathFinder):
    """Finds a module as the other finders do, and has what waits for it done once it is executed."""

    def __init__(self, name: str) -> None:
        self.name = name

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.name or fullname in _loading:
            return None
        _loading.add(fullname)
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            _loading.discard(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _ThenAct(spec.loader, self)
        return spec


class _ThenAct(Loader):
    """A loader that does the waiting work after its module's own code has run."""

    def __init__(self, loader: Loader, watcher: _Watcher) -> None:
        self._loader, self._watcher = loader, watcher

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)  # whatever else a loader can do

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        name = self._watcher.name
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        _loading.add(name)
        try:
            self._loader.exec_module(module)
        finally:
            _loading.discard(name)
        sys.meta_path.remove(self._watcher)
        for action in _waiting.pop(name):
            action()

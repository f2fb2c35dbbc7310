"""A configuration as the text of a TOML file: what differs from its model's usual choices."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .presets import preset
from .run import RunConfig
from .sections import FILES


def toml_text(config: RunConfig) -> str:
    """The file that ``read_toml`` makes this configuration of; files are named from the root, wherever it will lie."""
    usual, lines = preset(config.model).table(), []
    for section, entries in config.table().items():
        changed = {n: v for n, v in entries.items() if v != usual[section][n] or (section, n) == ("dynamics", "model")}
        if changed:
            lines += [f"[{section}]", *(f"{n} = {_value(_placed(section, n, v))}" for n, v in changed.items()), ""]
    return "\n".join(lines)


def _placed(section: str, name: str, value: Any) -> Any:
    return str(Path(value).absolute()) if (section, name) in FILES and value else value


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_value(v)}" for k, v in value.items()) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value) if isinstance(value, bool | str) else repr(value)

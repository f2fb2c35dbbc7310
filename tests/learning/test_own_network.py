"""A network that somebody else wrote, as docs/use/learning.md shows one."""

import re
from pathlib import Path

import pytest

from pysces.learning.training import Stage, train

PAGE = Path(__file__).parents[2] / "docs" / "use" / "learning.md"


def test_the_network_of_the_guide_learns(made):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    names = {"lesson": made.lesson}
    exec(compile(code, PAGE.name, "exec"), names)
    trained = names["trained"]
    assert trained.losses[-4:].mean() < 0.9 * trained.losses[:4].mean()
    assert (trained.network.layers["last"] != 0.0).any()


def test_a_network_without_the_fields_is_refused_in_a_sentence(made):
    with pytest.raises(TypeError, match="function has no layers and no scales; a network to train is a @pytree class"):
        train(lambda air, time: None, made.lesson, [Stage(1, 1, 1)])

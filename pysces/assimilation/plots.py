"""How a minimisation went, as a picture."""

from __future__ import annotations

import os

from .minimise import Analysis


def draw_convergence(path: str | os.PathLike, analysis: Analysis) -> str:
    """Cost, and norm of its gradient, after each inner iteration of all outer loops, written as a picture."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
    loops = {i.outer for i in analysis.iterations}
    for outer in sorted(loops):
        steps = [(n, i) for n, i in enumerate(analysis.iterations) if i.outer == outer]
        numbers = [n - outer + 1 for n, _ in steps]
        axes[0].plot(numbers, [i.cost for _, i in steps], ".-", label=f"outer loop {outer}")
        axes[1].semilogy(numbers, [i.gradient for _, i in steps], ".-")
    axes[0].set(title=f"J; 2 J / N = {analysis.chi_squared:.2f} at the end", xlabel="inner iterations", ylabel="J")
    axes[1].set(title="norm of its gradient", xlabel="inner iterations")
    axes[0].legend()
    figure.savefig(path)
    plt.close(figure)
    return os.fspath(path)

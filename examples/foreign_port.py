# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # Verifying an operator of one's own
#
# A gradient in plain NumPy beside our Fortran of HOMME's `gradient_sphere`: does it agree, and how small an error would
# have shown? It needs gfortran; docs/verify/harness_for_your_port.md says what else can be asked.

# %%
import numpy as np
from pysces_harness.foreign import verify_port


def my_gradient(x, grid, settings):
    """East and north derivatives of s on the sphere; s is (elem, i, j, lev), the matrices (2, 2, elem, i, j, 1)."""
    along_i = np.einsum("ik,ekjl->eijl", grid.derivative_matrix, x["s"])
    along_j = np.einsum("jk,eikl->eijl", grid.derivative_matrix, x["s"])
    to_sphere = grid.sphere_to_contra / grid.radius
    return {"ds": np.stack([to_sphere[0, c] * along_i + to_sphere[1, c] * along_j for c in (0, 1)])}


# %% [markdown]
# R is the error over the round-off of the reference. The last column names, for each kind of mistake, the smallest one
# that this check would have caught.

# %%
if __name__ == "__main__":
    for result in verify_port("gradient_sphere", my_gradient, mutation=True):
        print(result.case, result.verdict, f"R {result.r_global:.2g}", result.smallest_detected)

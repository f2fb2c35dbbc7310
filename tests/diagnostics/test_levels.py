"""Fields at pressures: exact for what is linear in log p, nothing beyond the midpoints."""

import numpy as np

from pysces.diagnostics.levels import at_pressures


def test_a_field_that_is_linear_in_log_p_is_exact_between_midpoints_and_missing_beyond(backend):
    p = backend.asarray(np.broadcast_to(np.array([100.0, 250.0, 500.0, 900.0]) * 100.0, (2, 4, 4, 4)) * 1.0)
    field = backend.asarray(3.0 + 2.0 * np.log(np.asarray(p)))
    targets = 100.0 * np.array([50.0, 100.0, 300.0, 899.0, 950.0])
    found = np.asarray(at_pressures(field, p, targets))
    np.testing.assert_allclose(
        found[..., 1:4], np.broadcast_to(3.0 + 2.0 * np.log(targets[1:4]), (2, 4, 4, 3)), rtol=1e-14
    )
    assert np.isnan(found[..., [0, 4]]).all()

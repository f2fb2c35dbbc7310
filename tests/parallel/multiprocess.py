"""Run as processes 0 and 1 of one JAX program: a sharded run against one device, bit for bit; exits 0 or not."""

import sys

import jax
import numpy as np

jax.config.update("jax_cpu_collectives_implementation", "gloo")
address, process = sys.argv[1], int(sys.argv[2])
jax.distributed.initialize(coordinator_address=address, num_processes=2, process_id=process)

from conformance import same, setting  # noqa: E402

from pysces.arrays import Backend  # noqa: E402
from pysces.operators.assembly_sharded import shard_elements  # noqa: E402
from pysces.stepping.tableaus import HOMME_TSTEP_TYPES  # noqa: E402

backend = Backend("jax")
dycore, state = setting(2)
dycore = dycore.replace(transport=None, scheme=HOMME_TSTEP_TYPES[1])  # two stages: half the compilation
state = state.replace(tracer_mass=None)
sharding = shard_elements(dycore.grid, jax.devices())
ours = sharding.get(sharding.put(dycore).run(sharding.put(state), 2))
one = jax.local_devices()[0]
with jax.default_device(one):
    alone = jax.tree.map(lambda x: jax.device_put(np.asarray(x), one), (dycore, state))
    theirs = alone[0].run(alone[1], 2)
if not same(ours, jax.tree.map(np.asarray, theirs)):
    sys.exit(f"process {process}: {len(jax.devices())} devices have not the bits of one")

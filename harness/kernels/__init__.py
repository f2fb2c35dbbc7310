"""What is verified, one file a domain, each with a list ``KERNELS``. How to add one: pysces_harness.registry."""

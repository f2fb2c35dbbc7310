"""What is verified, one file a domain: each lists its kernels in ``KERNELS``. How to add one: see ``pysces_harness.registry``."""

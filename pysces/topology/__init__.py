"""Which nodes are one node, how elements are dealt out, and the assemblies that add shared nodes up."""

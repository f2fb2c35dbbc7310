"""Golden records: reading, adding and converting them, and the meshes they lie on."""

"""Linear advection of a layer by a given wind: the smallest model there is. docs/develop/add_a_model.md explains it."""

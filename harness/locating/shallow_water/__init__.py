"""The walk along a step of shallow water."""

"""The walk along CAM-SE's step."""

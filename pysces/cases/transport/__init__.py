"""Winds that are given, and the tracers they carry."""

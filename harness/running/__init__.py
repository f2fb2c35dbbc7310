"""Configurations, and the processes that run a kernel in them."""

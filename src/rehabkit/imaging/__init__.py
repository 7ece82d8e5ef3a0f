"""Pixels by arithmetic alone: colour spaces, skin masks, how good a mask is. No network, no camera."""

"""The way through for systems that look at depth pictures, point clouds and hands: one file a system.

Files → recording → system → Assessment, as :mod:`rehabkit.sensor_pipeline` does it for sensors that take no picture.
"""

"""A modelled one-joint exoskeleton and the governor that nothing passes. Simulation only: no hardware driver."""

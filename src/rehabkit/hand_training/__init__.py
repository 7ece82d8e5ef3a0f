"""From a gesture seen to a modelled hand robot: when it may move, and when it must stop. Simulation only."""

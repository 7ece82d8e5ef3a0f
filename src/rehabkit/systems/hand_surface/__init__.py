"""S2 hand_surface: which part of a hand each point of a cloud lies on, and what can be measured of it."""

"""Live sensors: sources, causal filters, the system run on each window, clocks, what was lost."""

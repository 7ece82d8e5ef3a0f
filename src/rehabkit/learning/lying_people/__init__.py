"""Own lying people, rendered: bodies of Anny in poses that are drawn here, on a mattress, before a depth camera.

No pose comes from a recording of anyone, so that what is trained on these pictures may ship. Anny's model is
Apache-2.0, its assets are CC0.
"""

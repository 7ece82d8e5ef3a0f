"""Pictures of hands drawn from meshes with known masks, for training where no licence lets photographs be used."""

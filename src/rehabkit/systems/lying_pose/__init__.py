"""S4 lying_pose: where the joints of someone lying in bed are, from depth and the joints' points in the picture."""

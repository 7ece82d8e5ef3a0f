"""Where a body lies, from joints of a picture and the depth beside it: numpy only, in camera axes and metres."""

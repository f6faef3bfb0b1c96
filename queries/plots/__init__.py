"""Pictures: a file each, a function of frames to a Bokeh figure; and how to save and show them."""

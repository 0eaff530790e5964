"""How well an engine finds people, measured on any folder of labelled pictures and clips.

labels    what is in a folder: pictures with labels, clips with intervals
looking   pictures and clips through the real worker
metrics   AP50, recall at a share of false pictures, visits found
report    the table and the JSON
plot      the curves and the clips' timelines
"""

"""Camera port: stills of any camera entity, by what answers faster.

home       the port: every camera, its ways and what is remembered of them
ways       one camera: snapshot and stream, each the other's fallback
choice     which of the two is better, by what was measured (pure)
snapshot   a still through Home Assistant's camera platform
source     where a camera's stream is, and whether it may be opened
streams    the streams that are open: few, watched, let go when idle
reader     the hub's end of the pipe to one stream's reader process
memory     what was measured, kept over restarts
"""

"""Camera port: stills of any camera entity.

snapshot   through Home Assistant's camera platform
"""

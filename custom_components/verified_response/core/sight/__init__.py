"""From boxes to "a person is here": pure rules over what the frames of one camera showed.

voting     seen in N of the last M frames, in overlapping boxes
tracks     who is who from frame to frame: dwell, direction, how many at once
places     where feet stand; who counts in a view
stills     things that look like people and are always there
health     when a camera is blind, and why
scene      what a camera usually shows, and what one picture says against it
measures   one picture in numbers
grey       grey bytes as numbers
motion     the gate before the detector while a quiet camera is watched
feedback   what verdicts about false alarms teach
"""

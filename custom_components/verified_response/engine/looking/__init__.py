"""Looking at cameras: which, when, how often, and what the looks amount to.

watch      the one entrance: duties follow what happens, looks by hand, which engine is ready
duties     which cameras, and why               vigil      one camera, for as long as it has a duty
burst      what an incident wants of a camera   patrol     early warning outdoors
eye        fetch, fresh, health, who counts     showing    what the doors see of it
turns      whose frame is looked at next        pace       what a camera gives, what the detector takes
preroll    the stills before a trip
"""

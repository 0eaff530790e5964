"""Looking at cameras: which, when, how often, and what the looks amount to.

watch      bursts after a trip, and which engine is ready
"""

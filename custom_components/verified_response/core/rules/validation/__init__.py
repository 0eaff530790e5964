"""Evidence to a level: assess() is the entrance.

assess      the level, what raised, held and lowered it       table    the rules, one row each
rule        what a row is                                     known    the evidence as rules read it
detectors   zones, panels, what is independent                seeing   people on cameras
signs       sounds, locks, vehicles                           people   what humans said
against     what explains an alarm away                       unknown  what could not be known
"""

"""From boxes to "a person is here": pure rules over what the frames of one camera showed.

voting     seen in N of the last M frames, in overlapping boxes
"""

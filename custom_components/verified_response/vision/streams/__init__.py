"""The newest picture of a live stream, decoded in a process of its own: hostile video ends there and nowhere else.

live       one stream followed: packets in, the newest picture out, reconnects by itself
lateness   how much later than its best a packet came
likeness   whether two pictures show the same scene in the same frame
jpeg       a decoded frame as a JPEG that the worker takes
reader     the process: one stream, pictures when asked; __main__ starts it by file path
"""

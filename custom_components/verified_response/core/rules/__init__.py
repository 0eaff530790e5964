"""The rules themselves: decide() is the entrance, one file per subject below it.

decide      command in, events out; next_deadline()
arming      areas: arm, exit delay, disarm      alarm     zone trips to incidents, settle()
seeing      what cameras show, what other detectors say
validation/ assess(): the table of levels       dispatch  who is asked, told and sent what, and when never
grants      codes on locks                      outcomes  what became of effects, and restarts
story       the events of one decision so far
"""

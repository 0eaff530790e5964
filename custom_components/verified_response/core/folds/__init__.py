"""How events change what is known: evolve() is the only way, also at replay.

evolve    the entrance                  fold       what every fold needs
areas     areas and keypads             incidents  from opening to its end
deliveries  responders' copies          grants     codes on locks
effects   what is still to be done      hub        pauses, numbers, wrong codes
"""

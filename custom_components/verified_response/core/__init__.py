"""The rules of the field, as values and pure functions.

Standard library only: no Home Assistant, no I/O, no clock, no randomness. Time and ids are passed in.

premises    what is protected: areas, zones, cameras, doors, people, responders, policy
signals     what the sensors said          detection   when boxes over time mean "a person is here"
evidence    what speaks for or against     assessment  the proposed level and why
commands    what is asked                  events/     what happened
effects     what must be done outside      state       everything known
folds/      evolve(): what an event changes
incident    one continuous happening       access      grants on locks
journal     record format and hash chain   codec       values to JSON and back
codes       codes for locks                alarm_codes codes for people, hashed
targets     addresses nothing may reach    errors      what the caller must do about a failure
rules/      decide(), and the rules by subject
"""

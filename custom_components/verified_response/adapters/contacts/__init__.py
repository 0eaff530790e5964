"""Contacts port: people are asked and told by every channel that the owner gave them, and the siren.

home       the port: which channel, what must never be a target, the siren
push       a notify service: title, text, picture and buttons (companion app)
companion  the companion app's own fields: what comes through, how buttons look
message    a notify entity: title and text
spoken     a loudspeaker by text to speech, a voice satellite
sentences  what is said, in the household's language
calling    actions of other integrations, with the failures that a message can have
"""

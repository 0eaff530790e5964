"""Walks the one path and owns order, retry and time; no Home Assistant here.

ports      what the engine needs from outside        desk       the one entrance: submit, state, subscribe
intake     signals in, deduplicated                  looking/   which cameras are looked at, and when
outbox     outward acts until they are done          granting   codes on locks, kept only while written
feed       what the doors read                       keypad     alarm codes: whose, and how often wrong
learning   what verdicts teach about cameras
chain      whether responders can be reached         waiting    waiting by the engine's own clock
"""

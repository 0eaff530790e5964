"""Walks the one path and owns order, retry and time; no Home Assistant here.

ports      what the engine needs from outside        desk       the one entrance: submit, state, subscribe
intake     signals in, deduplicated                  watch      which cameras are looked at, and when
outbox     outward acts until they are done          deadlines  one timer for the next due moment
feed       what the doors read                       codes      alarm codes: verify, never keep
"""

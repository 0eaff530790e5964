"""Plays scenarios: a household, a timeline, and what has to come of it (docs/scenarios.md).

tree         YAML with the line of each part           house        the house of a scenario
fields       dataclasses read from it                  happenings   what can happen
scenario     one file to scenarios                     expectations what can be expected
outside      cameras, people, responders in memory     surroundings weather, power, who is at home
run          the real engine between them              verbs        happenings done to it
checks       expectations held against it              player       a scenario to its rows
table        rows to text or JSON
"""

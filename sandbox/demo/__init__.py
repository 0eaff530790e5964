"""A burglary and a false alarm, played in a real Home Assistant against the sandbox desk."""

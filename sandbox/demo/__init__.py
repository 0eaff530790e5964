"""An early warning, a burglary and a false alarm, played in a real Home Assistant against the sandbox desk."""

"""What is wrong with the devices of zones and with locks, besides alarms: trouble is no alarm."""

from .locks import LockWatch
from .zones import DeviceTroubles

__all__ = ["DeviceTroubles", "LockWatch"]

# Home Assistant answers the name voluptuous with probatio; the type checker is told the same.
from probatio import *

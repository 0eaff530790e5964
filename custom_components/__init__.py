"""Custom integrations; Home Assistant looks here."""

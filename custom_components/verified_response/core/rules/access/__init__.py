"""Codes on locks and doors that are opened: written down first, ended, proved gone."""

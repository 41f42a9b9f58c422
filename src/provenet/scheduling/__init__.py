"""Replacement schedules with a bound and a certificate."""

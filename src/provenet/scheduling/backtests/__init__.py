"""Schedules of past programmes beside what happened."""

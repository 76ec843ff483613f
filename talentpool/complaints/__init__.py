"""Complaints (苦情) of people and towns: filed, answered in time, closed; never shown to the side they are about."""

"""Meetings (つながる場, 説明会) that the prefecture calls, who is interested, and towns with the same theme."""

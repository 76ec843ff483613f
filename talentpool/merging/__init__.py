"""Two registrations of one person: found by what they have in common, merged by staff, and taken apart again."""

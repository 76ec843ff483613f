"""How long each answer and each task may take: business days, edited by coordinators, kept with their history."""

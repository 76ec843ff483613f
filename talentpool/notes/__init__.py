"""What staff write down about a person, a need or a proposal: notes and the log of telephone calls."""

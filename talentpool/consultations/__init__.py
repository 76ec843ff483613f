"""The consultation desk (相談): what troubles a town, in its own words, until it is answered, referred or a need."""

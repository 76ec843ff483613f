"""How both sides of an engagement found it (振り返り): pulses, the end review, reply and contest."""

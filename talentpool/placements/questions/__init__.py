"""質問と回答: what people who are asked want to know of a need. Everybody who is asked reads it, nobody reads who asked."""

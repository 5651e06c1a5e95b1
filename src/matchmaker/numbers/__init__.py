"""From words to numbers: a region becomes read-only arrays, once, through one door (`problem`)."""

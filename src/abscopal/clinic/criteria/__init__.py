"""Response criteria: ordered tables of rules, one file each, and what they are made of."""

"""Drugs, one data file each, and the reader that makes mechanisms of them."""

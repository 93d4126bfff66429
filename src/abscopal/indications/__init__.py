"""Cancers, one data file each, and their reader."""

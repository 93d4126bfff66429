"""Lesion tables of real patients: read from files, put in order, checked, refused with their place."""

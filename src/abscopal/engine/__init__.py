"""The truth: states of virtual patients and how they move in time. Knows nothing of the clinic."""

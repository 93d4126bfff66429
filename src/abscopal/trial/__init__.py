"""Trials: where the truth and the clinic meet, and nowhere else."""

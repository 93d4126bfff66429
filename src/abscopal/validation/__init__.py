"""Published trials replayed, and how far off the model was: scores, baselines, the worst misses and a page."""

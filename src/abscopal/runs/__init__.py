"""Runs: a trial simulated in shards, each written once; resumed after anything, spread over processes and machines."""

"""What a trial shows: statistics of tables, the same for a simulated trial and a real one."""

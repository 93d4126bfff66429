"""How fast and how accurate the engine is, beside other tools on the same patients: what `abscopal bench` runs."""

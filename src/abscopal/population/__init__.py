"""Who is treated: virtual patients drawn, grown, kept if plausible and selected to published marginals."""

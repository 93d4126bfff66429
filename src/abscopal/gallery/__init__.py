"""The gallery: every mechanism, drug and indication on one page, with equations, sources and a plot of each."""

from abscopal.gallery.page import write_gallery

__all__ = ["write_gallery"]

"""Loaders: one module per format that comes in, and the one normal form that they all end in."""

"""Composition: settings, the application, its doors and its command line.

This room imports all the others and is imported by none.
"""

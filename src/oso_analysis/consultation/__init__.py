"""Consultation submissions and coded segments: readers, exchange formats, pseudonyms."""

"""Bibliographic records: readers, de-duplication, screening and coding."""

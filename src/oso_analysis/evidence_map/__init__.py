"""The evidence map page: one self-contained HTML file in which a reader explores the evidence base."""

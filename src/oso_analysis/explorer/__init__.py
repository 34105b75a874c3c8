"""Explore a review by choosing, and keep what was found as code.

>>> import oso_analysis as oso
>>> review = oso.load_review()
>>> explorer = oso.explore(review, by="theme", countries=["GB"])
"""

from oso_analysis.explorer.choices import Choices
from oso_analysis.explorer.explorer import Explorer, explore
from oso_analysis.explorer.narrow import Part, narrow_scope

__all__ = ["Choices", "Explorer", "Part", "explore", "narrow_scope"]

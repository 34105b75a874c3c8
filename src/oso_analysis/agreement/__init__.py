"""Agreement between two coders: how far a code can be trusted, before anything is built on it.

Three measures, each with its denominator: percent agreement (easy to read, flattered by chance),
Cohen's kappa (corrected by each coder's own habits) and Krippendorff's alpha (corrected by the
pooled habits; handles missing data and more coders). Alpha carries a bootstrap interval: the units
are drawn with replacement, 2,000 times, and the middle 95 % of the alphas are kept. Where coders
never differed there is no interval: no draw can show them differing, however few the units are.

Codes of one facet are measured one by one, as "used or not", over the units both coders coded. The
facet as a whole is measured by comparing the two sets of codes: identical or not. That is strict: a
facet with many codes may have a low alpha although each of its codes is reliable.

Where agreement cannot be estimated (no unit coded by both, one unit only, or a code that nobody or
everybody used) the numbers are missing and `note` says why; a missing alpha is never a good one.

References
----------
Cohen J (1960). A coefficient of agreement for nominal scales. Educational and Psychological
Measurement 20(1), 37-46.
Krippendorff K (2019). Content Analysis, 4th ed., ch. 12. Sage. Below 0.667 he advises against
drawing even tentative conclusions; 0.8 is the usual standard.
"""

from __future__ import annotations

from oso_analysis.agreement.caveats import caveat_for
from oso_analysis.agreement.coefficients import (
    cohen_kappa,
    krippendorff_alpha,
    percent_agreement,
)
from oso_analysis.agreement.measure import (
    AGREEMENT_COLUMNS,
    RELIABLE,
    measure_coding_agreement,
    measure_consultation_agreement,
    measure_screening_agreement,
)

__all__ = [
    "AGREEMENT_COLUMNS",
    "RELIABLE",
    "caveat_for",
    "cohen_kappa",
    "krippendorff_alpha",
    "measure_coding_agreement",
    "measure_consultation_agreement",
    "measure_screening_agreement",
    "percent_agreement",
]

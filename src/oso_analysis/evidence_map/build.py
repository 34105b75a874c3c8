"""The evidence map of an edition straight from the data, without running its notebooks."""

from __future__ import annotations

from pathlib import Path

from oso_analysis.editions import EDITIONS_FILE, Edition, EditionInfo, read_editions
from oso_analysis.evidence_map.page import render_evidence_map
from oso_analysis.imprint import read_imprint

__all__ = ["build_evidence_map"]


def build_evidence_map(root: Path, edition: Edition) -> str:
    """Return the page of one edition, the same bytes as a run of its notebooks publishes.

    Parameters
    ----------
    root : Path
        The project.
    edition : Edition
        Its parameters are checked against the notebooks', as for a run.

    Raises
    ------
    InputError
        Every problem of the parameters or the data at once; or an edition without a threshold
        beside one that has a threshold.
    RunError
        If the references cannot be set.
    """
    from oso_analysis.exhibits import evidence_map
    from oso_analysis.parameters import declarations, resolve
    from oso_analysis.reliability import measure_reliability
    from oso_analysis.review import load_review
    from oso_analysis.runner.build import find_notebooks
    from oso_analysis.scope import scope_review
    from oso_analysis.thresholds import disclosure_words, require_alike

    declared = declarations(find_notebooks(root), root)
    require_alike(read_editions(root).editions.values(), declared, [edition])
    values = resolve(root, declared, edition.parameters, file=EDITIONS_FILE)
    parameters = {name: value for own in values.values() for name, value in own.items()}
    review = load_review(root)
    scope = scope_review(
        review,
        year_to=parameters.get("year_to"),
        countries=parameters.get("countries", ()),
        themes=parameters.get("themes", ()),
    )
    shown = evidence_map(
        review,
        scope,
        measure_reliability(review),
        disclosure_threshold=parameters.get("disclosure_threshold"),
    )
    info = EditionInfo(
        name=edition.name,
        title=edition.title,
        description=edition.description,
        parameters=parameters,
        disclosure=disclosure_words(edition, parameters),
        inputs={},
        versions={},
        limits=review.package.limits,
        date=str(review.package.descriptor.get("created", ""))[:10],
        imprint=read_imprint(review.package.root, review.package.descriptor),
    )
    return render_evidence_map(shown.record, info)

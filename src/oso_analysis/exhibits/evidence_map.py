"""The evidence base of an edition, item by item: the record behind the evidence map page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from oso_analysis.codebook import NOT_STATED, NOT_STATED_LABEL
from oso_analysis.errors import require_kind
from oso_analysis.exhibits.csl import csl_items
from oso_analysis.exhibits.plain import is_missing
from oso_analysis.labels import facet_labels

if TYPE_CHECKING:
    from oso_analysis.codebook import Code, Codebook
    from oso_analysis.reliability import Reliability
    from oso_analysis.review import Review
    from oso_analysis.scope import Scope

__all__ = ["EVIDENCE_MAP_MIME", "EvidenceMap", "evidence_map"]

EVIDENCE_MAP_MIME = "application/vnd.oso-analysis.evidence-map+json"

#: Facets of works in the order the page offers them, as they are called unless a review says so.
_WORK_FACETS = {
    "theme": "Theme",
    "design": "Design",
    "design_family": "Family of design",
    "behaviour": "Form",
    "population": "Study population",
    "sector": "Sector that acts",
    "service": "Service",
    "practice_decision": "Practice decision",
    "country": "Country",
    "type": "Type of publication",
    "period": "Period of publication",
    "year": "Year of publication",
}
_SEGMENT_FACETS = {
    "theme": "Theme",
    "kind": "Kind",
    "outcome": "Outcome served",
    "respondent_sector": "Respondent's sector",
    "country": "Country",
    "consultation": "Consultation",
    "held_by": "Consultation held by",
    "year": "Year of submission",
}
#: An issue cannot serve an outcome, which is not the same as a solution that serves none.
_NO_OUTCOME = ("not_applicable", "{issue}: outcomes are coded for “{solution}” only")
#: Bibliographic columns of works that a reference does not use but a reader may search or save.
_FURTHER = ("n_records",)
#: Facets of works whose codes were fixed before anything was coded.
_FIXED = frozenset(
    {
        *("theme", "design", "design_family", "behaviour", "population", "sector"),
        *("service", "practice_decision"),
    }
)
_WITHHELD = (
    "The consultation is not on this page: this edition withholds small counts of answers, and "
    "answers that can be crossed and filtered one by one would tell them."
)
_SEGMENT_TEXTS = ("paraphrase", "respondent", "consultation", "held_by", "source_url")


@dataclass(frozen=True)
class EvidenceMap:
    """Everything the evidence map page shows, as plain values.

    Attributes
    ----------
    record : mapping
        ``{"kind": "evidence-map", "scope", "withheld", "materials"}``; `withheld` says in words
        what is left out to protect respondents, empty if nothing is. A material is what is counted
        together:
        ``{"id", "title", "units", "rows", "columns", "source", "facets", "items"}``; a facet is
        ``{"id", "label", "shows_gaps", "codes": [{"code", "label", "definition", "is_empty"}],
        "caveats"}``; an item holds its values and ``codes``, facet to codes. Every item has at
        least one code of every facet, ``not_stated`` where none was given. `shows_gaps`: the codes
        are a vocabulary fixed beforehand, so that a code without works tells something; `is_empty`:
        the code stands for the absence of one ("none", "not stated").
    """

    record: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return what the map holds, in one line."""
        sizes = [
            f"{len(material['items']):,} {material['units'][0]['plural']}"
            for material in self.record["materials"]
        ]
        return f"Evidence map of {' and '.join(sizes)}: see the page evidence-map.html"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {
            "text/plain": repr(self),
            "text/html": f"<p>{escape(repr(self))}.</p>",
            EVIDENCE_MAP_MIME: dict(self.record),
        }


def evidence_map(
    review: Review,
    scope: Scope,
    reliability: Reliability,
    *,
    period_years: int = 5,
    disclosure_threshold: int | None = None,
) -> EvidenceMap:
    """Return the works and segments of an edition with their codes, for the evidence map page.

    Nothing is counted here: the page counts what its reader selects.

    Parameters
    ----------
    review : Review
        Its codebook and place names label the codes.
    scope : Scope
        What the edition keeps: included works with their codes, and the segments that the primary
        coder found in the submissions.
    reliability : Reliability
        Which codes were not coded reliably; the page says so wherever it counts them.
    period_years : int, default 5
        Length of a period of publication in years.
    disclosure_threshold : int, optional
        Smallest count of answers that the edition prints. Where there is one, the consultation is
        left out and the page says so: a reader who can cross and filter answers one by one would
        undo any withholding. Works are published, so they stay.

    Returns
    -------
    EvidenceMap
        Counting units: works; segments, submissions and respondents. A work counts in every code
        it carries; what carries no code of a facet is ``not_stated`` there.

    Raises
    ------
    InputError
        Arguments in another order; and from the frames' own checks: codes outside the codebook,
        periods shorter than a year.
    """
    from oso_analysis.reliability import Reliability
    from oso_analysis.review import require_review
    from oso_analysis.scope import require_scope

    require_review(review)
    require_scope(scope)
    wanted = "must be measured agreement, as measure_reliability(review) gives it"
    require_kind("reliability", reliability, Reliability, wanted)
    materials = [_literature(review, scope, reliability, period_years)]
    if disclosure_threshold is None:
        materials.append(_consultation(review, scope, reliability))
    return EvidenceMap(
        {
            "kind": "evidence-map",
            "scope": scope.text,
            "withheld": "" if disclosure_threshold is None else _WITHHELD,
            "materials": materials,
        }
    )


def _literature(
    review: Review, scope: Scope, reliability: Reliability, period_years: int
) -> dict[str, Any]:
    from oso_analysis.tables.challenges import service_labels, with_services
    from oso_analysis.tables.literature import TYPE_LABELS
    from oso_analysis.tables.themes import FAMILY, period_labels, with_families, with_periods
    from oso_analysis.tables.works import attribute_labels, code_column

    works, codebook = scope.works, review.codebook
    rows = with_services(with_families(scope.work_codes, codebook), codebook)
    rows = with_periods(rows, works, years=period_years)
    rows = pd.concat([rows, code_column(works, "year"), code_column(works, "type")])
    rows = rows[rows["work_id"].isin(works["work_id"])]
    found = {name: sorted(set(group["code"])) for name, group in rows.groupby("facet")}
    # A type that has no printed name yet is printed as its code in plain words.
    types = {code: code.replace("-", " ").capitalize() for code in found.get("type", ())}
    types |= TYPE_LABELS
    labels = {
        "service": service_labels(codebook),
        FAMILY: attribute_labels(codebook, "design", "family"),
        "period": period_labels(works, works["work_id"], years=period_years),
        "country": _open_labels(found.get("country", ()), review.places),
        "type": _open_labels(found.get("type", ()), types),
        "year": _year_labels(found.get("year", ())),
    }
    codes: dict[str, dict[str, list[str]]] = {work: {} for work in works["work_id"]}
    for work, facet, code in rows[["work_id", "facet", "code"]].itertuples(index=False):
        codes[work].setdefault(facet, []).append(code)
    further = works.set_index("work_id")[list(_FURTHER)]
    items = [
        {
            **item,
            **{name: _plain(further.at[item["id"], name]) for name in _FURTHER},
            "codes": codes[item["id"]],
        }
        for item in csl_items(works)
    ]
    facets = _facets(
        _named(_WORK_FACETS, review), labels, items, codebook, reliability, "literature"
    )
    return {
        "id": "works",
        "title": "Literature",
        "units": [{"id": "works", "singular": "work", "plural": "works", "key": "id"}],
        "rows": "theme",
        "columns": "design",
        "source": "data/literature/records, coding.csv (coder_1)",
        "facets": facets,
        "items": items,
    }


def _consultation(review: Review, scope: Scope, reliability: Reliability) -> dict[str, Any]:
    from oso_analysis.consultation.respondents import prepare_consultation
    from oso_analysis.tables.consultation import NO_OUTCOME

    segments = prepare_consultation(scope.submissions, scope.relevance, scope.segments).segments
    references = scope.submissions.set_index("submission_id")["reference"]
    items = []
    for row in segments.to_dict("records"):
        values = {name: _plain(row[name]) for name in _SEGMENT_TEXTS}
        item: dict[str, Any] = {
            "id": f"{row['submission_id']}/{row['segment']}",
            "submission_id": str(row["submission_id"]),
            "respondent_id": str(row["respondent_id"]),
            "reference": _plain(references.get(row["submission_id"])),
            "year": _plain(row["year"]),
            **values,
        }
        codes = {
            facet: [str(row[facet])] for facet in _SEGMENT_FACETS if not is_missing(row[facet])
        }
        if row["kind"] == "issue":
            codes["outcome"] = [_NO_OUTCOME[0]]
        items.append({key: value for key, value in item.items() if value is not None})
        items[-1]["codes"] = codes
    found = {
        facet: sorted({code for item in items for code in item["codes"].get(facet, ())})
        for facet in _SEGMENT_FACETS
    }
    codebook = review.codebook
    labels = {
        "outcome": {
            **{code: item.label for code, item in codebook["outcome"].items()},
            NOT_STATED: NO_OUTCOME,
            _NO_OUTCOME[0]: _NO_OUTCOME[1].format(
                **{kind: codebook["kind"][kind].label for kind in ("issue", "solution")}
            ),
        },
        "country": _open_labels(found["country"], review.places),
        "consultation": _open_labels(found["consultation"]),
        "held_by": _open_labels(found["held_by"]),
        "year": _year_labels(found["year"]),
    }
    facets = _facets(
        _named(_SEGMENT_FACETS, review), labels, items, codebook, reliability, "consultation"
    )
    return {
        "id": "segments",
        "title": "Consultation",
        "units": [
            {"id": "segments", "singular": "segment", "plural": "segments", "key": "id"},
            {
                "id": "submissions",
                "singular": "submission",
                "plural": "submissions",
                "key": "submission_id",
            },
            {
                "id": "respondents",
                "singular": "respondent",
                "plural": "respondents",
                "key": "respondent_id",
            },
        ],
        "rows": "theme",
        "columns": "respondent_sector",
        "source": "data/consultation/submissions.csv, segments.csv (coder_1)",
        "facets": facets,
        "items": items,
    }


def _named(facets: Mapping[str, str], review: Review) -> dict[str, str]:
    """Return the facets with the review's own names where it gives them."""
    kinds = " / ".join(item.label for item in review.codebook["kind"].values())
    named = facet_labels(review.package, {**facets, "kind": kinds})
    return {facet: named[facet] for facet in facets}


def _facets(
    names: Mapping[str, str],
    labels: Mapping[str, Mapping[str, str]],
    items: list[dict[str, Any]],
    codebook: Codebook,
    reliability: Reliability,
    material: str,
) -> list[dict[str, Any]]:
    """Describe each facet, and give every item that has no code of it "not stated"."""
    from oso_analysis.literature.coding import EMPTY_CODES
    from oso_analysis.tables.challenges import NO_SERVICE

    facets = []
    for name, label in names.items():
        used: set[str] = set()
        for item in items:
            used.update(item["codes"].setdefault(name, [NOT_STATED]))
        own = dict(labels[name] if name in labels else codebook[name].labels)
        defined: Mapping[str, Code] = codebook.facets.get(name, {})
        # "Not stated" closes the list, and only where something is not stated.
        last = own.pop(NOT_STATED, NOT_STATED_LABEL)
        order = {**own, **({NOT_STATED: last} if NOT_STATED in used else {})}
        empty = {*EMPTY_CODES, NO_SERVICE, _NO_OUTCOME[0]}
        rank = {code: place for place, code in enumerate(order)}
        for item in items:
            item["codes"][name] = sorted(set(item["codes"][name]), key=rank.__getitem__)
        shown = pd.DataFrame({name: sorted(used)}, dtype="str")
        facets.append(
            {
                "id": name,
                "label": label,
                "shows_gaps": material == "literature" and name in _FIXED,
                "codes": [
                    {
                        "code": code,
                        "label": text,
                        "definition": defined[code].definition if code in defined else "",
                        "is_empty": code in empty,
                    }
                    for code, text in order.items()
                ],
                "caveats": reliability.caveats(shown, material=material),
            }
        )
    return facets


def _open_labels(codes: Iterable[str], known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Label what occurs of an open vocabulary, in the order of the labels."""
    pairs = {code: (known or {}).get(code, code) for code in codes if code != NOT_STATED}
    return dict(sorted(pairs.items(), key=lambda pair: (pair[1].casefold(), pair[0])))


def _year_labels(codes: Iterable[str]) -> dict[str, str]:
    """Return every year from the first to the last, so that years without anything show."""
    stated = [int(code) for code in codes if code != NOT_STATED]
    return {str(year): str(year) for year in range(min(stated), max(stated) + 1)} if stated else {}


def _plain(value: Any) -> Any:
    """Return a value that JSON can hold, None where it is missing."""
    if is_missing(value):
        return None
    return value if isinstance(value, str) else int(value)

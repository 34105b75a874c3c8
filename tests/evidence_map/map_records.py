"""Evidence maps for the tests: one made by hand, with texts that attack, and ones of any size."""

from __future__ import annotations

import random
from typing import Any

from oso_analysis.editions import EditionInfo
from oso_analysis.imprint import Imprint

INFO = EditionInfo(
    name="hand",
    title="By hand <b>& more</b>",
    description="",
    parameters={},
    disclosure="Off: nothing here is real.",
    inputs={},
    versions={},
    limits=("These data were made up <script>alert(1)</script>.",),
    date="2026-01-02",
    imprint=Imprint(title="What <i>works</i>"),
)
NOT_STATED = {"code": "not_stated", "label": "Not stated", "definition": "", "is_empty": True}


def facet(
    name: str,
    label: str,
    codes: dict[str, str],
    *,
    gaps: bool = False,
    caveats: tuple[str, ...] = (),
) -> dict[str, Any]:
    listed = [
        {"code": code, "label": text, "definition": f"What {text} is", "is_empty": False}
        for code, text in codes.items()
    ]
    return {
        "id": name,
        "label": label,
        "shows_gaps": gaps,
        "codes": [*listed, NOT_STATED],
        "caveats": list(caveats),
    }


def hand_record() -> dict[str, Any]:
    """Six works and four segments of three submissions by two respondents."""
    years = {str(year): str(year) for year in range(2018, 2022)}
    work_facets = [
        facet(
            *("theme", "Issue area", {"policing": "Policing", "prevention": "Prevention"}),
            gaps=True,
            caveats=("Coders agreed too little on Policing.",),
        ),
        facet(
            "design",
            "Design",
            {"cohort": "Cohort", "review": "Review", "theory": "Theory"},
            gaps=True,
        ),
        facet(
            "behaviour", "Behaviour", {"csem": "CSEM", "solicitation": "Solicitation"}, gaps=True
        ),
        facet("population", "Study population", {"suspects": "Suspects"}, gaps=True),
        facet("sector", "Sector that acts", {"police": "Police", "courts": "Courts"}, gaps=True),
        facet("practice_decision", "Practice decision", {"treatment": "Treatment"}, gaps=True),
        facet("country", "Country", {"CA": "Canada", "GB": "United Kingdom"}),
        facet("type", "Type of publication", {"article-journal": "Journal article"}),
        facet("period", "Period of publication", {"2015": "2015–2019", "2020": "2020–2021"}),
        facet("year", "Year of publication", years),
    ]

    def work(
        key: str, title: str, year: int | None, theme: list[str], design: str, **more: Any
    ) -> dict[str, Any]:
        codes = {
            "theme": theme,
            "design": [design],
            "behaviour": more.pop("behaviour", ["csem"]),
            "population": ["not_stated"],
            "sector": ["police"],
            "practice_decision": ["not_stated"],
            "country": more.pop("country", ["not_stated"]),
            "type": ["article-journal"],
            "period": ["not_stated" if year is None else str(year // 5 * 5)],
            "year": ["not_stated" if year is None else str(year)],
        }
        item: dict[str, Any] = {"id": key, "type": "article-journal", "title": title}
        if year is not None:
            item["issued"] = {"date-parts": [[year]]}
        return {**item, "n_records": 1, **more, "codes": codes}

    works = [
        work(
            *("w-1", "Émile’s café of policing", 2018, ["policing"], "cohort"),
            author=[{"family": "Zöe", "given": "A."}],
            DOI="10.1000/a<b>c",
            page="12-34",
            country=["CA", "GB"],
            **{"container-title": "Journal of Things"},
        ),
        work("w-2", "Policing and prevention", 2019, ["policing", "prevention"], "cohort"),
        work("w-3", '=HYPERLINK("http://evil.invalid","x")', 2020, ["prevention"], "review"),
        work("w-4", "</script><img src=x onerror=alert(1)>", None, ["prevention"], "review"),
        work(
            *("w-5", 'One, two; "three"\nER  - \nTY  - BOOK', 2021, ["policing"], "not_stated"),
            author=[{"literal": "@SUM(A1)"}],
            behaviour=["csem", "solicitation"],
            country=["GB"],
        ),
        work("w-6", "A plain title", 2021, ["prevention"], "cohort", URL="javascript:alert(1)"),
    ]
    segment_facets = [
        facet("theme", "Issue area", {"policing": "Policing", "prevention": "Prevention"}),
        facet("kind", "Issue or possible solution", {"issue": "Issue", "solution": "Solution"}),
        facet("outcome", "Outcome served", {"O1": "Arrest", "O2": "Prevention"}),
        facet(
            "respondent_sector", "Respondent's sector", {"industry": "Industry", "other": "Other"}
        ),
        facet("country", "Country", {"GB": "United Kingdom"}),
        facet("consultation", "Consultation", {"Inquiry, one": "Inquiry, one"}),
        facet("held_by", "Consultation held by", {"House": "House"}),
        facet("year", "Year of submission", years),
    ]

    def segment(
        submission: str, number: int, respondent: str, theme: str, kind: str, outcome: str
    ) -> dict[str, Any]:
        return {
            "id": f"{submission}/{number}",
            "submission_id": submission,
            "respondent_id": respondent.casefold(),
            "respondent": respondent,
            "paraphrase": f"Says something about {theme} ({kind})",
            "consultation": "Inquiry, one",
            "held_by": "House",
            "source_url": f"https://example.org/{submission}",
            "year": 2020,
            "codes": {
                "theme": [theme],
                "kind": [kind],
                "outcome": [outcome],
                "respondent_sector": ["industry" if respondent == "Firm" else "other"],
                "country": ["GB"],
                "consultation": ["Inquiry, one"],
                "held_by": ["House"],
                "year": ["2020"],
            },
        }

    segments = [
        segment("s-1", 1, "Firm", "policing", "issue", "not_stated"),
        segment("s-1", 2, "Firm", "policing", "solution", "O1"),
        segment("s-2", 1, "Firm", "policing", "solution", "O2"),
        segment("s-3", 1, "Body", "prevention", "solution", "O2"),
    ]
    return {
        "kind": "evidence-map",
        "scope": "all that was <made> up",
        "withheld": "",
        "materials": [
            {
                "id": "works",
                "title": "Literature",
                "units": [{"id": "works", "singular": "work", "plural": "works", "key": "id"}],
                "rows": "theme",
                "columns": "design",
                "source": "hand",
                "facets": work_facets,
                "items": works,
            },
            {
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
                "source": "hand",
                "facets": segment_facets,
                "items": segments,
            },
        ],
    }


def grown(record: dict[str, Any], size: int) -> dict[str, Any]:
    """Return a record with `size` made-up works that carry the codes of a real one's."""
    draw = random.Random(size)
    literature, consultation = record["materials"]
    facets = {
        facet["id"]: [code["code"] for code in facet["codes"]] for facet in literature["facets"]
    }
    words = [word for item in literature["items"] for word in item["title"].split()]
    several = {"theme", "behaviour", "population", "sector", "practice_decision", "country"}
    items = []
    for number in range(size):
        codes = {
            name: sorted(
                draw.sample(listed, draw.choice((1, 1, 2, 3)) if name in several else 1),
                key=listed.index,
            )
            for name, listed in facets.items()
        }
        item: dict[str, Any] = {
            "id": f"w-{number:05d}",
            "type": "article-journal",
            "title": " ".join(draw.choices(words, k=12)),
            "container-title": " ".join(draw.choices(words, k=4)),
            "DOI": f"10.1000/{number}",
            "author": [{"family": draw.choice(words), "given": "A. B."} for _ in range(3)],
            "n_records": 1,
            "codes": codes,
        }
        if codes["year"] != ["not_stated"]:
            item["issued"] = {"date-parts": [[int(codes["year"][0])]]}
        items.append(item)
    return {**record, "materials": [{**literature, "items": items}, consultation]}

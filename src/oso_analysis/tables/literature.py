"""What was found: the works by year, type, language, venue and country, and how complete they are.

The base of every table is a set of works (usually the included ones, `included_works`), except
`count_fields`, which looks at records as the searches found them.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping

import pandas as pd

from oso_analysis.codebook import NOT_STATED, NOT_STATED_LABEL
from oso_analysis.errors import check_whole, require_columns, require_kind
from oso_analysis.frames import among, distinct
from oso_analysis.literature.languages import LANGUAGE_LABELS, language_code
from oso_analysis.tables.intervals import add_percentages
from oso_analysis.tables.prisma import source_label
from oso_analysis.tables.works import TOTAL, code_column, count_codes, counted_works

__all__ = [
    "FIELD_LABELS",
    "LANGUAGE_LABELS",
    "OTHER",
    "TYPE_LABELS",
    "count_countries",
    "count_fields",
    "count_languages",
    "count_types",
    "count_venues",
    "count_years",
]

#: Code of the row that holds what the top of a ranking leaves out.
OTHER = "other"

#: CSL types as readers know them; a type not listed prints with its hyphens as spaces.
TYPE_LABELS = {
    "article-journal": "Journal article",
    "report": "Report",
    "chapter": "Book chapter",
    "book": "Book",
    "thesis": "Thesis",
    "paper-conference": "Conference paper",
    "webpage": "Web page",
    "legislation": "Legislation",
    "document": "Document, type not given",
}
#: Fields of a record that a reader needs to find the publication, in the order of a reference.
FIELD_LABELS = {
    "title": "Title",
    "authors": "Authors",
    "year": "Year",
    "container": "Journal or series",
    "volume": "Volume",
    "issue": "Issue",
    "pages": "Pages",
    "publisher": "Publisher",
    "doi": "DOI",
    "url": "Web address",
    "language": "Language",
    "abstract": "Abstract",
}


def _open_labels(codes: pd.Series, known: Mapping[str, str]) -> dict[str, str]:
    """Label an open vocabulary: what is known by its name, the rest by the code in plain words."""
    found = sorted({str(code) for code in codes.dropna()} - {NOT_STATED})
    labels = {
        code: known.get(code, code if len(code) < 4 else code.replace("-", " ").capitalize())
        for code in found
    }
    return labels | {NOT_STATED: NOT_STATED_LABEL}


def _by_size(table: pd.DataFrame, facet: str) -> pd.DataFrame:
    """Sort by count, largest first, ties by label; "other", "not stated", the total stay last."""
    tail = {OTHER: 1, NOT_STATED: 2, TOTAL: 3}
    return (
        table.assign(
            _tail=table[facet].map(tail).fillna(0), _label=table[f"{facet}_label"].str.casefold()
        )
        .sort_values(["_tail", "n_works", "_label"], ascending=[True, False, True])
        .drop(columns=["_tail", "_label"])
        .reset_index(drop=True)
    )


def _used(table: pd.DataFrame, facet: str) -> pd.DataFrame:
    """Keep the codes that occur, and the total."""
    return table[(table["n_works"] > 0) | (table[facet] == TOTAL)].reset_index(drop=True)


def count_years(works: pd.DataFrame, base: Iterable[str]) -> pd.DataFrame:
    """Count works by year of publication.

    Parameters
    ----------
    works : pandas.DataFrame
        `work_id, year`.
    base : iterable of str
        Ids of the works to count.

    Returns
    -------
    pandas.DataFrame
        One row for every year from the first to the last, also those without a work, then "not
        stated", then "total"; `year` as text, `year_label`, `n_works`, `percent_of_works`,
        `percent_of_stated_works`. The counts add up to the total.

    Examples
    --------
    >>> import pandas as pd
    >>> works = pd.DataFrame({"work_id": ["a", "b", "c", "d"], "year": [2018, 2020, 2020, None]})
    >>> years = count_years(works, works["work_id"])
    >>> print(years[["year_label", "n_works", "percent_of_works"]].to_string(index=False))
    year_label  n_works  percent_of_works
          2018        1              25.0
          2019        0               0.0
          2020        2              50.0
    Not stated        1              25.0
     All works        4             100.0
    """
    base = counted_works(base)
    require_columns(works, ["work_id", "year"], where="count_years")
    stated = works.loc[among(works["work_id"], base), "year"].dropna().astype("int64")
    span = range(int(stated.min()), int(stated.max()) + 1) if len(stated) else range(0)
    labels = {str(year): str(year) for year in span} | {NOT_STATED: NOT_STATED_LABEL}
    return count_codes(code_column(works, "year"), "year", base, labels)


def count_types(works: pd.DataFrame, base: Iterable[str]) -> pd.DataFrame:
    """Count works by type of publication, most frequent first.

    Parameters
    ----------
    works : pandas.DataFrame
        `work_id, type`; CSL types.
    base : iterable of str
        Ids of the works to count.

    Returns
    -------
    pandas.DataFrame
        `type, type_label, n_works, percent_of_works, percent_of_stated_works`; adds up to the
        total.

    Examples
    --------
    >>> import pandas as pd
    >>> works = pd.DataFrame({"work_id": ["w1", "w2", "w3"], "type": ["report", "report", None]})
    >>> types = count_types(works, works["work_id"])
    >>> print(types[["type_label", "n_works"]].to_string(index=False))
    type_label  n_works
        Report        2
    Not stated        1
     All works        3
    """
    codes = code_column(works, "type")
    table = count_codes(codes, "type", base, _open_labels(codes["code"], TYPE_LABELS))
    return _by_size(_used(table, "type"), "type")


def count_languages(works: pd.DataFrame, base: Iterable[str]) -> pd.DataFrame:
    """Count works by language, most frequent first.

    Parameters
    ----------
    works : pandas.DataFrame
        `work_id, language`; codes of ISO 639 or names, as exports write them (`language_codes`): a
        region ("en-GB") counts as its language.
    base : iterable of str
        Ids of the works to count.

    Returns
    -------
    pandas.DataFrame
        `language` (ISO 639-1), `language_label`, `n_works`, `percent_of_works`,
        `percent_of_stated_works`; adds up to the total, for a work in more than one language counts
        once, as "mul". A language that is not known prints as it stands.

    Examples
    --------
    >>> import pandas as pd
    >>> stated = ["eng", "English", "en-GB", "Deutsch", "eng; fre", None]
    >>> works = pd.DataFrame({"work_id": list("abcdef"), "language": stated})
    >>> table = count_languages(works, works["work_id"])
    >>> print(table[["language", "language_label", "n_works"]].to_string(index=False))
      language    language_label  n_works
            en           English        3
            de            German        1
           mul Several languages        1
    not_stated        Not stated        1
         total         All works        6
    """
    require_columns(works, ["work_id", "language"], where="count_languages")
    named = works["language"].map(language_code, na_action="ignore").astype("str")
    codes = code_column(works.assign(language=named), "language")
    table = count_codes(codes, "language", base, _open_labels(codes["code"], LANGUAGE_LABELS))
    return _by_size(_used(table, "language"), "language")


def _venue_key(name: str) -> str:
    """Return what two spellings of one venue share."""
    text = unicodedata.normalize("NFKC", html.unescape(name)).casefold().replace("&", " and ")
    text = " ".join(re.sub(r"[^\w]+", " ", text).split())
    return text.removeprefix("the ") or name


def count_venues(works: pd.DataFrame, base: Iterable[str], *, top: int = 15) -> pd.DataFrame:
    """Count works by the journal, series or book they appeared in, most frequent first.

    Spellings that differ in case, punctuation, "&" or a leading "The" are one venue and print as
    the most frequent of them. Abbreviated titles are not resolved: no list of abbreviations covers
    grey literature, and a wrong merge would not show.

    Parameters
    ----------
    works : pandas.DataFrame
        `work_id, container`.
    base : iterable of str
        Ids of the works to count.
    top : int, default 15
        Venues listed by name; ties at the cut go by name. The rest are counted together.

    Returns
    -------
    pandas.DataFrame
        `venue` (the normalised name), `venue_label`, `n_works`, `percent_of_works`,
        `percent_of_stated_works`; then "other" (its label tells how many venues), "not stated",
        "total". Adds up to the total.

    Raises
    ------
    InputError
        `top` is no whole number of at least 1.
    """
    require_columns(works, ["work_id", "container"], where="count_venues")
    check_whole("top", top)
    base = counted_works(base)
    chosen = works.loc[among(works["work_id"], base), ["work_id", "container"]]
    stated = chosen.dropna(subset=["container"])
    stated = stated.assign(
        venue=[_venue_key(name) for name in stated["container"]],
        spelling=[" ".join(html.unescape(name).split()) for name in stated["container"]],
    )
    spellings = stated.groupby(["venue", "spelling"]).size().rename("n").reset_index()
    spellings = spellings.sort_values(["venue", "n", "spelling"], ascending=[True, False, True])
    names = spellings.drop_duplicates("venue").set_index("venue")["spelling"]
    sizes = stated.groupby("venue").size().rename("n").reset_index()
    sizes = sizes.sort_values(["n", "venue"], ascending=[False, True])
    kept = list(sizes["venue"].head(top))
    rest = len(sizes) - len(kept)
    labels = {venue: str(names[venue]) for venue in kept}
    if rest:
        labels[OTHER] = f"Other ({rest:,} venue{'' if rest == 1 else 's'})"
    coded = pd.concat(
        [stated[["work_id", "venue"]], chosen.loc[chosen["container"].isna(), ["work_id"]]]
    )
    coded["venue"] = coded["venue"].where(coded["venue"].isin(kept) | coded["venue"].isna(), OTHER)
    table = count_codes(code_column(coded, "venue"), "venue", base, labels)
    return _by_size(table, "venue")


def count_countries(
    work_codes: pd.DataFrame, base: Iterable[str], labels: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Count works by the country they are about, most frequent first.

    Parameters
    ----------
    work_codes : pandas.DataFrame
        `work_id, facet, code`; facet "country". A work may be about several.
    base : iterable of str
        Ids of the works to count.
    labels : mapping, optional
        Code to name of countries; codes it does not list print as they are.

    Returns
    -------
    pandas.DataFrame
        `country, country_label, n_works, percent_of_works` (base: all works counted),
        `percent_of_stated_works` (base: works that state a country). Counts of countries may add
        up to more than the works.

    Examples
    --------
    >>> import pandas as pd
    >>> codes = pd.DataFrame(
    ...     {"work_id": ["w1", "w1", "w2"], "facet": "country", "code": ["GB", "US", "GB"]}
    ... )
    >>> table = count_countries(codes, ["w1", "w2", "w3"], {"GB": "United Kingdom"})
    >>> print(table[["country", "country_label", "n_works"]].to_string(index=False))
       country  country_label  n_works
            GB United Kingdom        2
            US             US        1
    not_stated     Not stated        1
         total      All works        3
    """
    require_columns(work_codes, ["work_id", "facet", "code"], where="count_countries")
    codes = work_codes[work_codes["facet"] == "country"]
    known = dict(labels or {})
    legal = {code: known.get(code, code) for code in sorted(distinct(codes["code"]) - {NOT_STATED})}
    table = count_codes(codes, "country", base, legal | {NOT_STATED: NOT_STATED_LABEL})
    return _by_size(_used(table, "country"), "country")


def count_fields(
    records: pd.DataFrame,
    fields: Mapping[str, str] | None = None,
    *,
    names: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Count how many records of each source hold each field: how complete the searches' finds are.

    Parameters
    ----------
    records : pandas.DataFrame
        `source_file` and the fields.
    fields : mapping, optional
        Column to label; by default `FIELD_LABELS`.
    names : mapping, optional
        What the review calls its searches, by file (`labels.search_labels`).

    Returns
    -------
    pandas.DataFrame
        One row a source and field, then the same for all sources together ("total"):
        `source_file, source_label, field, field_label, n_records, n_with_field,
        percent_of_records` (base: the source's records).
    """
    rule = "must map columns to labels, such as {'doi': 'DOI'}"
    require_kind("fields", fields, (Mapping, type(None)), rule)
    labels = dict(FIELD_LABELS if fields is None else fields)
    require_columns(records, ["source_file", *labels], where="count_fields")
    sources = [*sorted(set(records["source_file"])), TOTAL]
    said = {source: source_label(source, names) for source in sources} | {TOTAL: "All sources"}
    every = pd.concat([records, records.assign(source_file=TOTAL)], ignore_index=True)
    grouped = every.groupby("source_file")
    sizes = grouped.size()
    filled = grouped[list(labels)].count()
    rows = [
        (source, said[source], field, label, int(sizes[source]), int(filled.loc[source, field]))
        for source in sources
        if source in sizes.index
        for field, label in labels.items()
    ]
    text = ["source_file", "source_label", "field", "field_label"]
    table = pd.DataFrame(rows, columns=[*text, "n_records", "n_with_field"])
    table = table.astype(dict.fromkeys(text, "str"))
    return add_percentages(table, "n_with_field", "n_records", name="percent_of_records")

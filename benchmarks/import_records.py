"""Time the readers against the fastest parser of each format that keeps everything.

Both sides run in this one process, over the same seeded generated files, up to a finished pandas
table; each is run several times and its best counts. Times are seconds of processor time, which
other programs on the machine disturb least. Whether a parser keeps everything is tried with a file
whose last record is cut in half: the records before it must all be there. Run it with

    python benchmarks/import_records.py --records 100000

Comparators that are not installed are named and skipped. Install them with

    pip install rispy "bibtexparser>=2" pylatexenc pybtex lxml biopython
"""

from __future__ import annotations

import argparse
import csv
import gc
import importlib.util
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd

from oso_analysis.literature.readers import read_records

GIVEN = (
    """
    Anna, Björn, Chloé, Dario, Éva, Farid, Grace, Hans, Ines, José, Kim, Łucja, Mary, Niklas,
    Olga
""".replace("\n   ", "")
    .strip()
    .split(", ")
)
FAMILY = (
    """
    Smith, García, Müller, Øverland, Långström, O'Brien, Nguyen, Kowalski, Rossi, Dvořák, Sato
""".replace("\n   ", "")
    .strip()
    .split(", ")
)
WORDS = (
    """
    risk, assessment, treatment, online, prevention, policing, policy, evaluation, outcomes,
    review, systematic, children, families, services, national, survey, comparison,
    longitudinal, effects, of, and, in, the, for, with, between, practice, evidence,
    programme, intervention, recidivism, measures
""".replace("\n   ", "")
    .strip()
    .split(", ")
)
JOURNALS = ["Journal of Policy Studies", "Child Protection Review", "Sécurité & Société"]
LATEX = {"é": r"{\'e}", "ö": r"{\"o}", "í": r"{\'\i}", "ü": r"{\"u}", "Ø": r"{\O}", "å": r"{\aa}",
         "ř": r"{\v{r}}", "Ł": r"{\L}", "É": r"{\'E}", "á": r"{\'a}", "&": r"\&"}  # fmt: skip


def records(count: int, seed: int = 20261124) -> Iterator[dict[str, Any]]:
    """Yield records as rich as a database's export: abstract, keywords, all numbers."""
    chance = random.Random(seed)
    for number in range(count):
        names = [
            (
                f"{chance.choice(FAMILY)}",
                f"{chance.choice(GIVEN)} {chr(65 + chance.randrange(26))}.",
            )
            for _ in range(chance.randint(1, 6))
        ]
        start = chance.randint(1, 900)
        yield {
            "key": f"rec{number:07d}",
            "authors": names,
            "title": " ".join(chance.choices(WORDS, k=12)).capitalize(),
            "journal": chance.choice(JOURNALS),
            "year": chance.randint(1990, 2026),
            "volume": chance.randint(1, 60),
            "issue": chance.randint(1, 12),
            "pages": (start, start + chance.randint(3, 30)),
            "doi": f"10.1{chance.randint(100, 999)}/abc.{number:07d}",
            "issn": f"{chance.randint(1000, 9999)}-{chance.randint(1000, 9999)}",
            "abstract": " ".join(chance.choices(WORDS, k=150)).capitalize() + ".",
            "keywords": chance.sample(WORDS, k=5),
        }


def write_ris(rows: list[dict[str, Any]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\r\n") as file:
        for row in rows:
            lines = ["TY  - JOUR", f"ID  - {row['key']}", f"TI  - {row['title']}"]
            lines += [f"AU  - {family}, {given}" for family, given in row["authors"]]
            lines += [f"PY  - {row['year']}", f"T2  - {row['journal']}", f"VL  - {row['volume']}"]
            lines += [f"IS  - {row['issue']}", f"SP  - {row['pages'][0]}"]
            lines += [f"EP  - {row['pages'][1]}", f"DO  - {row['doi']}", f"SN  - {row['issn']}"]
            lines += [f"AB  - {row['abstract']}"] + [f"KW  - {word}" for word in row["keywords"]]
            file.write("\n".join([*lines, "N1  - Cited by: 3", "DB  - Base", "ER  - ", "", ""]))


def write_bibtex(rows: list[dict[str, Any]], path: Path) -> None:
    table = str.maketrans(LATEX)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            names = " and ".join(f"{family}, {given}" for family, given in row["authors"])
            fields = {
                "author": names.translate(table),
                "title": "{" + row["title"] + "}",
                "journal": row["journal"].translate(table),
                "year": row["year"],
                "volume": row["volume"],
                "number": row["issue"],
                "pages": f"{row['pages'][0]}--{row['pages'][1]}",
                "doi": row["doi"],
                "issn": row["issn"],
                "abstract": row["abstract"],
                "keywords": ", ".join(row["keywords"]),
            }
            body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
            file.write(f"@article{{{row['key']},\n{body}\n}}\n\n")


def write_csl(rows: list[dict[str, Any]], path: Path) -> None:
    items = [
        {
            "id": row["key"],
            "type": "article-journal",
            "title": row["title"],
            "container-title": row["journal"],
            "author": [{"family": family, "given": given} for family, given in row["authors"]],
            "issued": {"date-parts": [[row["year"]]]},
            "volume": str(row["volume"]),
            "issue": str(row["issue"]),
            "page": f"{row['pages'][0]}-{row['pages'][1]}",
            "DOI": row["doi"],
            "ISSN": row["issn"],
            "abstract": row["abstract"],
            "keyword": "; ".join(row["keywords"]),
        }
        for row in rows
    ]
    path.write_text(json.dumps(items, ensure_ascii=False, indent=1), encoding="utf-8", newline="\n")


def write_endnote(rows: list[dict[str, Any]], path: Path) -> None:
    def style(value: object) -> str:
        return f'<style face="normal" font="default" size="100%">{escape(str(value))}</style>'

    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="UTF-8" ?><xml><records>')
        for number, row in enumerate(rows, 1):
            authors = "".join(
                f"<author>{style(f'{family}, {given}')}</author>"
                for family, given in row["authors"]
            )
            keywords = "".join(f"<keyword>{style(word)}</keyword>" for word in row["keywords"])
            file.write(
                '<record><database name="a.enl" path="C:\\a.enl">a.enl</database>'
                f"<rec-number>{number}</rec-number>"
                '<ref-type name="Journal Article">17</ref-type>'
                f"<contributors><authors>{authors}</authors></contributors>"
                f"<titles><title>{style(row['title'])}</title>"
                f"<secondary-title>{style(row['journal'])}</secondary-title></titles>"
                f"<pages>{style('-'.join(map(str, row['pages'])))}</pages>"
                f"<volume>{style(row['volume'])}</volume><number>{style(row['issue'])}</number>"
                f"<keywords>{keywords}</keywords>"
                f"<dates><year>{style(row['year'])}</year></dates>"
                f"<isbn>{style(row['issn'])}</isbn>"
                f"<accession-num>{style(row['key'])}</accession-num>"
                f"<abstract>{style(row['abstract'])}</abstract>"
                f"<electronic-resource-num>{style(row['doi'])}</electronic-resource-num></record>"
            )
        file.write("</records></xml>")


def write_medline(rows: list[dict[str, Any]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for number, row in enumerate(rows, 1):
            abstract = row["abstract"].split(" ")
            wrapped = "\n      ".join(
                " ".join(abstract[at : at + 12]) for at in range(0, len(abstract), 12)
            )
            lines = [f"PMID- {number}", "OWN - NLM", "STAT- MEDLINE", f"IS  - {row['issn']}"]
            lines += [f"VI  - {row['volume']}", f"IP  - {row['issue']}", f"DP  - {row['year']}"]
            lines += [f"TI  - {row['title']}", f"PG  - {row['pages'][0]}-{row['pages'][1]}"]
            lines += [f"LID - {row['doi']} [doi]", f"AB  - {wrapped}"]
            for family, given in row["authors"]:
                lines += [f"FAU - {family}, {given}", f"AU  - {family} {given[0]}"]
            lines += ["LA  - eng", "PT  - Journal Article", f"JT  - {row['journal']}"]
            lines += [f"OT  - {word}" for word in row["keywords"]]
            file.write("\n".join([*lines, "", ""]))


def write_wos(rows: list[dict[str, Any]], path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="\n") as file:
        file.write("FN Clarivate Analytics Web of Science\nVR 1.0\n")
        for row in rows:
            names = [f"{family}, {given}" for family, given in row["authors"]]
            lines = ["PT J", "AU " + "\n   ".join(names), "AF " + "\n   ".join(names)]
            lines += [f"TI {row['title']}", f"SO {row['journal']}", "LA English", "DT Article"]
            lines += ["DE " + "; ".join(row["keywords"]), f"AB {row['abstract']}"]
            lines += [f"SN {row['issn']}", f"PY {row['year']}", f"VL {row['volume']}"]
            lines += [f"IS {row['issue']}", f"BP {row['pages'][0]}", f"EP {row['pages'][1]}"]
            lines += [f"DI {row['doi']}", f"UT WOS:{row['key']}"]
            file.write("\n".join([*lines, "ER", "", ""]))
        file.write("EF")


ZOTERO = (
    """
    Key, Item Type, Publication Year, Author, Title, Publication Title, ISBN, ISSN, DOI, Url,
    Abstract Note, Date, Date Added, Date Modified, Access Date, Pages, Num Pages, Issue,
    Volume, Number Of Volumes, Journal Abbreviation, Short Title, Series, Series Number,
    Series Text, Series Title, Publisher, Place, Language, Rights, Type, Archive, Archive
    Location, Library Catalog, Call Number, Extra, Notes, File Attachments, Link Attachments,
    Manual Tags, Automatic Tags, Editor, Series Editor, Translator, Contributor
""".replace("\n   ", "")
    .strip()
    .split(", ")
)


def _as_zotero(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "Key": row["key"],
        "Item Type": "journalArticle",
        "Publication Year": row["year"],
        "Date": f"{row['year']}-05",
        "Author": "; ".join(f"{family}, {given}" for family, given in row["authors"]),
        "Title": row["title"],
        "Publication Title": row["journal"],
        "ISSN": row["issn"],
        "DOI": row["doi"],
        "Abstract Note": row["abstract"],
        "Pages": "-".join(map(str, row["pages"])),
        "Issue": row["issue"],
        "Volume": row["volume"],
        "Manual Tags": "; ".join(row["keywords"]),
        "Date Added": "2026-01-01 10:00:00",
        "Library Catalog": "Base",
    }


def write_csv(rows: list[dict[str, Any]], path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, ZOTERO, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writeheader()
        writer.writerows(map(_as_zotero, rows))


def write_xlsx(rows: list[dict[str, Any]], path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(ZOTERO)
    for row in map(_as_zotero, rows):
        sheet.append([row.get(name) for name in ZOTERO])
    book.save(path)


def with_rispy(path: Path) -> pd.DataFrame:
    import rispy

    with path.open(encoding="utf-8-sig") as file:
        return pd.DataFrame(rispy.load(file))


def with_rispy_wos(path: Path) -> pd.DataFrame:
    import rispy

    with path.open(encoding="utf-8-sig") as file:
        return pd.DataFrame(rispy.load(file, implementation=rispy.WokParser))


def with_bibtexparser(path: Path) -> pd.DataFrame:
    import bibtexparser

    library = bibtexparser.parse_string(path.read_text(encoding="utf-8"))
    return pd.DataFrame(
        [{field.key: field.value for field in entry.fields} for entry in library.entries]
    )


def with_bibtexparser_decoding(path: Path) -> pd.DataFrame:
    import bibtexparser
    from bibtexparser import middlewares

    library = bibtexparser.parse_string(
        path.read_text(encoding="utf-8"), append_middleware=[middlewares.LatexDecodingMiddleware()]
    )
    return pd.DataFrame(
        [{field.key: field.value for field in entry.fields} for entry in library.entries]
    )


def with_pybtex(path: Path) -> pd.DataFrame:
    from pybtex.database import parse_string

    library = parse_string(path.read_text(encoding="utf-8"), "bibtex")
    return pd.DataFrame([dict(entry.fields) for entry in library.entries.values()])


def with_json(path: Path) -> pd.DataFrame:
    return pd.DataFrame(json.loads(path.read_text(encoding="utf-8")))


def with_pandas(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", keep_default_na=False)


def with_pandas_excel(path: Path) -> pd.DataFrame:
    return pd.read_excel(path, dtype="str", keep_default_na=False)


def with_csv(path: Path) -> pd.DataFrame:
    with path.open(encoding="utf-8-sig", newline="") as file:
        names, *rows = csv.reader(file)
    return pd.DataFrame([row + [""] * (len(names) - len(row)) for row in rows], columns=names)


def with_elementtree(path: Path) -> pd.DataFrame:
    from xml.etree import ElementTree

    return _table_of(ElementTree.parse(path).getroot())  # noqa: S314


def with_lxml(path: Path) -> pd.DataFrame:
    from lxml import etree

    return _table_of(
        etree.parse(path, etree.XMLParser(resolve_entities=False, recover=True)).getroot()
    )


def _table_of(root: Any) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {child.tag: "".join(child.itertext()) for child in record}
            for record in root.iter("record")
        ]
    )


def with_biopython(path: Path) -> pd.DataFrame:
    from Bio import Medline

    with path.open(encoding="utf-8") as file:
        return pd.DataFrame(list(Medline.parse(file)))


Reader = Callable[[Path], pd.DataFrame]
#: Format: what writes it, the file's name, and its comparators as (name, module, reader).
FORMATS: dict[str, tuple[Any, str, tuple[tuple[str, str, Reader], ...]]] = {
    "RIS": (write_ris, "a.ris", (("rispy, utf-8-sig", "rispy", with_rispy),)),
    "BibTeX": (
        write_bibtex,
        "a.bib",
        (
            ("bibtexparser 2", "bibtexparser", with_bibtexparser),
            ("pybtex", "pybtex", with_pybtex),
        ),
    ),
    "CSL-JSON": (write_csl, "a.json", (("json", "json", with_json),)),
    "EndNote XML": (
        write_endnote,
        "a.xml",
        (("ElementTree", "xml", with_elementtree), ("lxml", "lxml", with_lxml)),
    ),
    "MEDLINE": (write_medline, "a.nbib", (("Bio.Medline", "Bio", with_biopython),)),
    "Web of Science": (write_wos, "a.txt", (("rispy, WokParser", "rispy", with_rispy_wos),)),
    "CSV": (
        write_csv,
        "a.csv",
        (("pandas", "pandas", with_pandas), ("csv module", "csv", with_csv)),
    ),
    "XLSX": (write_xlsx, "a.xlsx", (("pandas, openpyxl", "pandas", with_pandas_excel),)),
}


def keeps_everything(read: Reader, write: Any, path: Path, rows: list[dict[str, Any]]) -> bool:
    """Whether a parser returns the whole records of a file whose last record is cut in half."""
    few = rows[:9]
    write(few[:-1], path)
    whole = len(path.read_bytes())
    write(few, path)
    raw = path.read_bytes()
    path.write_bytes(raw[: (whole + len(raw)) // 2])
    try:
        return len(read(path)) >= len(few) - 1
    # Whatever a parser ends with, it returns nothing.
    except Exception:
        return False


def seconds(read: Callable[[Path], object], path: Path, times: int) -> float:
    best = float("inf")
    for _ in range(times):
        gc.collect()
        start = time.process_time()
        result = read(path)
        best = min(best, time.process_time() - start)
        del result
    return best


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=2)
    parser.add_argument("--formats", nargs="*", default=list(FORMATS), choices=list(FORMATS))
    parser.add_argument("--decoding-records", type=int, default=2_000)
    arguments = parser.parse_args()
    rows = list(records(arguments.records))
    worst = worst_kept = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.formats:
            write, filename, comparators = FORMATS[name]
            path = Path(folder) / filename
            keeping = [
                label
                for label, module, read in comparators
                if importlib.util.find_spec(module) and keeps_everything(read, write, path, rows)
            ]
            write(rows, path)
            ours = seconds(read_records, path, arguments.times)
            theirs = {}
            for label, module, read in comparators:
                if importlib.util.find_spec(module) is None:
                    print(f"{name}: {label} is not installed", file=sys.stderr)
                    continue
                slow = label in ("bibtexparser 2", "pybtex")
                theirs[label] = seconds(read, path, 1 if slow else arguments.times)
            line = f"{name:15} {len(rows):,} records: ours {ours:6.2f} s"
            if theirs:
                fastest = min(theirs, key=lambda key: theirs[key])
                line += "; " + ", ".join(f"{key} {value:.2f} s" for key, value in theirs.items())
                line += f"; ratio to {fastest} {ours / theirs[fastest]:.2f}"
                kept = min((key for key in keeping if key in theirs), key=theirs.get, default=None)
                if kept is None:
                    line += " (which loses a file that is cut off; none here keeps it)"
                elif kept != fastest:
                    line += " (which loses a file that is cut off)"
                    line += f"; ratio to {kept}, which does not, {ours / theirs[kept]:.2f}"
                worst = max(worst, ours / theirs[fastest])
                worst_kept = max(worst_kept, ours / theirs[kept or fastest])
            print(line, flush=True)
            path.unlink()
        if "BibTeX" in arguments.formats and importlib.util.find_spec("bibtexparser"):
            path = Path(folder) / "decoding.bib"
            write_bibtex(rows[: arguments.decoding_records], path)
            ours = seconds(read_records, path, 3)
            theirs_decoding = seconds(with_bibtexparser_decoding, path, 1)
            print(
                f"BibTeX decoding, {arguments.decoding_records:,} records: ours {ours:.2f} s; "
                f"bibtexparser with LaTeX decoding {theirs_decoding:.2f} s; "
                f"{theirs_decoding / ours:.0f} times faster"
            )
    if worst:
        print(f"largest ratio to the fastest parser: {worst:.2f}")
        print(
            f"largest ratio to the fastest that keeps everything, where one does: {worst_kept:.2f} "
            "(at most 1.50 is wanted)"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

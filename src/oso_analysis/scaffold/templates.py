"""Empty tables to fill in: CSV, and workbooks whose cells offer the codebook's codes.

Both are made from `data/datapackage.json` and the codebook, so that after a change of either they
can be made anew. The same description gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from oso_analysis.codebook import Codebook, read_codebook
from oso_analysis.schema import DataPackage, Resource, read_package

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["template_files", "write_templates"]

#: Rows of a workbook that offer drop-downs.
_ROWS = 2000
#: Tables that come with every project; nobody fills them in.
_READY_MADE = frozenset({"geographies"})
_MOMENT = (1980, 1, 1, 0, 0, 0)
#: The number by which a zip archive says where it was made.
_UNIX = 3
_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def write_templates(root: Path) -> list[str]:
    """Write the templates of a project's tables into `templates/`.

    Returns
    -------
    list of str
        The files that were new or not what they were, in order.

    Raises
    ------
    InputError
        If the description or the codebook cannot be read.
    """
    folder = root / "templates"
    folder.mkdir(exist_ok=True)
    written = []
    for name, content in template_files(root).items():
        path = folder / name
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
            written.append(name)
    return written


def template_files(root: Path) -> dict[str, bytes]:
    """Return each template's bytes by file name, as `write_templates` would write them."""
    package = read_package(root / "data")
    codebook = read_codebook(root / "data" / package["codebook"].paths[0])
    made: dict[str, bytes] = {}
    for name, resource in package.resources.items():
        if resource.is_table and name not in _READY_MADE:
            header = ",".join(spec["name"] for spec in resource.fields) + "\n"
            made[f"{name}.csv"] = header.encode("utf-8")
            made[f"{name}.xlsx"] = _workbook(package, resource, codebook)
    return made


def _workbook(package: DataPackage, resource: Resource, codebook: Codebook) -> bytes:
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet, about, lists = book.active, book.create_sheet("About"), book.create_sheet("Codes")
    assert sheet is not None  # noqa: S101 - a new workbook has one; its type does not say so
    sheet.title = "Data"
    sheet.append([spec["name"] for spec in resource.fields])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for number, spec in enumerate(resource.fields, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = max(14, len(spec["name"]) + 4)
    _describe(about, resource)
    _offer(book, sheet, lists, _offers(package, resource, codebook), resource)
    lists.sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    return _fixed(stream.getvalue())


def _describe(about: Worksheet, resource: Resource) -> None:
    about.append([_safe(resource.descriptor.get("title", resource.name))])
    about.append([_safe(resource.descriptor.get("description", ""))])
    about.append([f"Fill in the sheet Data and save it as 'CSV UTF-8': data/{resource.paths[0]}"])
    command = f"oso-analysis to-csv templates/{resource.name}.xlsx"
    about.append([f"or: {command} --output data/{resource.paths[0]}"])
    about.append([])
    about.append(["column", "meaning", "type", "unit", "may be blank"])
    for spec in resource.fields:
        blank = "no" if spec.get("constraints", {}).get("required") else "yes"
        facts = (spec["name"], spec.get("description", ""), spec.get("type", "string"))
        about.append([_safe(fact) for fact in (*facts, spec.get("unit", ""), blank)])
    about.column_dimensions["A"].width = 22
    about.column_dimensions["B"].width = 90


def _offers(
    package: DataPackage, resource: Resource, codebook: Codebook
) -> dict[str, Sequence[str]]:
    """Return the values each column may take, where they can be listed."""
    places: Sequence[str] = ()
    if "geographies" in package.resources:
        places = _first_column(package.root / package["geographies"].paths[0])
    offers: dict[str, Sequence[str]] = {}
    for spec in resource.fields:
        if "codebook" in spec:
            offers[spec["name"]] = list(codebook[spec["codebook"]])
        elif spec.get("constraints", {}).get("enum"):
            offers[spec["name"]] = list(spec["constraints"]["enum"])
    for columns, target, _ in resource.foreign_keys:
        if target == "geographies" and len(columns) == 1:
            offers[columns[0]] = places
    by_facet = resource.descriptor.get("schema", {}).get("codesByFacet")
    if by_facet:
        facets = [name for name in codebook.facets if name not in _NOT_CODED]
        offers[by_facet["facet"]] = [*facets, "country"]
        offers |= {f"codes_{name}": list(codebook[name]) for name in facets}
        offers["codes_country"] = places
    return offers


#: Facets that have a table of their own and are not coded in `coding.csv`.
_NOT_CODED = frozenset({"kind", "respondent_sector", "decision", "exclusion_reason", "outcome"})


def _first_column(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8-sig").splitlines()[1:]
    return [line.split(",")[0].strip('"') for line in lines if line]


def _offer(
    book: Workbook,
    sheet: Worksheet,
    lists: Worksheet,
    offers: Mapping[str, Sequence[str]],
    resource: Resource,
) -> None:
    """Write the lists into the hidden sheet and bind columns to them."""
    from openpyxl.utils import get_column_letter
    from openpyxl.workbook.defined_name import DefinedName
    from openpyxl.worksheet.datavalidation import DataValidation

    columns = [spec["name"] for spec in resource.fields]
    required = {
        spec["name"]: bool(spec.get("constraints", {}).get("required")) for spec in resource.fields
    }
    formulas: dict[str, str] = {}
    for number, (name, values) in enumerate(offers.items(), start=1):
        letter = get_column_letter(number)
        lists.cell(1, number, _safe(name))
        for row, value in enumerate(values, start=2):
            lists.cell(row, number, _safe(value))
        span = f"Codes!${letter}$2:${letter}${max(len(values), 1) + 1}"
        if name.startswith("codes_"):
            book.defined_names[name] = DefinedName(name, attr_text=span)
        else:
            formulas[name] = f"={span}"
    by_facet = resource.descriptor.get("schema", {}).get("codesByFacet")
    if by_facet:
        # What a code may be depends on the facet in the same row.
        facet = get_column_letter(columns.index(by_facet["facet"]) + 1)
        formulas[by_facet["code"]] = f'=INDIRECT("codes_"&${facet}2)'
    for name, formula in formulas.items():
        letter = get_column_letter(columns.index(name) + 1)
        rule = DataValidation(
            type="list",
            formula1=formula.removeprefix("="),
            allow_blank=not required[name],
            showErrorMessage=True,
            errorTitle=name,
            error="Choose a value from the list; the list comes from the codebook.",
        )
        rule.add(f"{letter}2:{letter}{_ROWS}")
        sheet.add_data_validation(rule)


def _safe(value: object) -> str:
    """Return text that a spreadsheet cannot take for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _fixed(raw: bytes) -> bytes:
    """Return a workbook without the time it was saved at, stored so that its bytes are fixed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            content = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z\2", old.read(name))
            entry = zipfile.ZipInfo(name, _MOMENT)
            # Otherwise the operating system would leave its mark, and no other find what is made.
            entry.create_system, entry.external_attr = _UNIX, 0o600 << 16
            new.writestr(entry, content)
    return stream.getvalue()

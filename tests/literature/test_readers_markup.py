"""What databases leave of HTML, XML and LaTeX in their exports, and what only looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oso_analysis.literature.readers import read_records
from oso_analysis.literature.readers.encodings import mend_twice_encoded
from oso_analysis.literature.readers.latex import decode_latex
from oso_analysis.literature.readers.markup import clean_markup


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("<bold>Aim</bold> of <italic>E. coli</italic> and <it>B</it>", "Aim of E. coli and B"),
        ("<p>One.</p><p>Two.</p>", "One. Two."),
        ("<h4>Aims</h4>To see.<h4>Results</h4>Seen.", "Aims To see. Results Seen."),
        ("A<list list-type=”bulleted”><list-item id='1'>b</list-item></list>", "A b"),
        ("H<sub>2</sub>O, FHIR<sup>®</sup>", "H2O, FHIR®"),
        ('<math Xmlns="http://x"><Mrow><mi>n</mi><mo>=</mo><mn>3</mn></Mrow></math>', "n=3"),
        ('<inline-formula><tex-math notation="LaTeX">$\\alpha$ </tex-math></inline-formula>', "α"),
        ('<AbstractText Label="AIM" NlmCategory="X">To see.</AbstractText>', "AIM: To see."),
        ("<jats:title>Abstract</jats:title><jats:p>It is.</jats:p>", "Abstract It is."),
        ("5 &mgr;m &PLUSMN; 2&nbsp;&OHgr;", "5 μm ± 2 Ω"),
        ("Food &amp; Metabolism &#38; multi&#8208;agent", "Food & Metabolism & multi‐agent"),
        ("over.&amp;lt;/p&amp;gt;", "over."),
        ("AT&amp;amp;T", "AT&T"),
        ("<U+4E2D><U+0001F600>", "中😀"),
    ],
)  # fmt: skip
def test_markup_is_taken_away(given: str, text: str) -> None:
    assert clean_markup(given) == text


@pytest.mark.parametrize(
    "text",
    [
        "p < 0.05 and n > 3",
        "where a <b and c> d",
        "water<middle dot>ice",
        "levels <LOD or <limit of detection> were",
        "the state <x> at <http://example.org>",
        "Q&A; R&D, &S; and &notaword;",
    ],
)
def test_what_only_looks_like_markup_stays(text: str) -> None:
    assert clean_markup(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Être et avoir: d’un été à l’autre",
        "Ein Mädchen fährt über die Straße",
        "Ćwiczenia i ścieżki, š ž č",
        "naïve “quoted” – co-op™",
        "Ángel Íñigo, über Árbol",
    ],
)
def test_text_that_was_encoded_twice_is_decoded_once_more(tmp_path: Path, text: str) -> None:
    raw = text.encode("utf-8")
    twice = "".join(
        bytes([byte]).decode("latin-1" if byte in b"\x81\x8d\x8f\x90\x9d" else "cp1252")
        for byte in raw
    )
    mended = mend_twice_encoded(twice)
    # Without a letter of western Europe inside a word there is no proof.
    assert mended == (None if text.startswith("Ć") else text)
    path = tmp_path / "export.ris"
    path.write_text(f"TY  - JOUR\nID  - a\nTI  - {twice}\nER  -\n", encoding="utf-8")
    result = read_records(path)
    assert result.records["title"].tolist() == [mended or twice]
    reasons = result.repairs.loc[result.repairs["record_id"].eq("a"), ["reason", "raw"]]
    expected = [["encoded as UTF-8 twice; decoded once more", twice]] if mended else []
    assert reasons.to_numpy().tolist() == expected


@pytest.mark.parametrize(
    "text",
    [
        "cafÃ© and café",
        "AMANHÃ© 2020",
        "MANHÃ… and IRMÃ“",
        "São Paulo: educação e proteção",
        "PROTEÇÃO À CRIANÇA – SÃO PAULO",
        "Ã©",
        "naÃ¯ve and 中文",
        "Mojibake: what ‘Ã©’ means",
        "der Ã±: eine Über­sicht",
    ],
)
def test_text_that_may_be_right_stays(text: str) -> None:
    assert mend_twice_encoded(text) is None


@given(st.text(st.characters(codec="cp1252", exclude_categories=["Cc"])))
def test_right_text_is_never_taken_for_wrong(text: str) -> None:
    """What is mended is whole UTF-8, and shows it in a word of small letters."""
    mended = mend_twice_encoded(text)
    assert mended is None or mended.encode("utf-8") == text.encode("cp1252")


@pytest.mark.parametrize(
    ("given", "authors"),
    [
        (["GarcÃ­a, JosÃ©", "MÃ¼ller, K"], "García, José; Müller, K"),
        # One right letter, so that each name has to show it by itself.
        (["GarcÃ­a, JosÃ©", "Müller, K", "MÃ¼ller, L"], "García, José; Müller, K; MÃ¼ller, L"),
        (["IRMÃ“, A"], None),
    ],
)
def test_names_that_were_encoded_twice_are_decoded_once_more(
    given: list[str], authors: str | None, tmp_path: Path
) -> None:
    ris, table = tmp_path / "a.ris", tmp_path / "b.csv"
    lines = "\n".join(f"AU  - {name}" for name in given)
    ris.write_text(f"TY  - JOUR\nID  - a\n{lines}\nER  -\n", encoding="utf-8")
    table.write_text(f'Key,Title,Authors\na,A,"{"; ".join(given)}"\n', encoding="utf-8")
    for path in (ris, table):
        result = read_records(path)
        assert list(result.records["authors"]) == [authors or given[0]]
        reasons = result.repairs.loc[result.repairs["record_id"].eq("a"), ["reason", "raw"]]
        expected = [["encoded as UTF-8 twice; decoded once more", "; ".join(given)]]
        assert reasons.to_numpy().tolist() == (expected if authors else [])


def test_all_columns_of_words_are_decoded(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(
        "Title,Authors,Journal,Keywords,Publisher,Place,URL\n"
        "A &lt;i&gt;b&lt;/i&gt;,\"O&apos;Neill, S.; L&oslash;v, A.\",Food &amp; Ice,"
        "multi&#8208;agent; x<sup>2</sup>,J. Doe &#38; Sons,Bod&oslash;,http://a.b/?x=1&amp;y=2\n",
        encoding="utf-8",
    )  # fmt: skip
    row = read_records(path).records.iloc[0]
    assert (row["title"], row["authors"]) == ("A b", "O'Neill, S.; Løv, A.")
    assert (row["container"], row["keywords"]) == ("Food & Ice", "multi‐agent; x2")
    assert (row["publisher"], row["place"]) == ("J. Doe & Sons", "Bodø")


@pytest.mark.parametrize("dash", "‐‑‒–—−")
def test_pages_have_a_plain_hyphen(dash: str, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(f"Title,Pages\nA,11{dash}19\nB,21 {dash} 29\nC,31-39\n", encoding="utf-8")
    assert list(read_records(path).records["pages"]) == ["11-19", "21-29", "31-39"]


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"5 $^\circ$C, 6$^{\circ}$C, 7 $^{\circ C}$, 8$^o$C", "5 °C, 6°C, 7 °C, 8°C"),
        (r"$\langle x \rangle$", "⟨x ⟩"),
        (r"$\bar{x}$, $\hat y$, $\bar{\nu}$ and $\overline{B}$", "x̄, ŷ, ν̄ and B̅"),
        (r"$\bar{\unknown}$", r"\bar{\unknown}"),
        (r"Moj\textasciimacron e", "Moj¯e"),
        (r"see \href{http://a.b/~c_d}{the text} here", "see the text here"),
        (r"CO$_2$ and H$_{2}$O, a\_b, 2{$_$}3, 2_3", "CO2 and H2O, a_b, 2_3, 2_3"),
        (r"a://b/8{$_1$}05{$_{4}$}", "a://b/8_105_4"),
        (r"$O(n \log n)$ in \LaTeX{} or \TeX", "O(n log n) in LaTeX or TeX"),
        (r"$p \leqslant 0.05$", "p ≤0.05"),
        (r"{\cyrchar\CYRM}{\cyrchar\cyri}\cyrr", "Мир"),
        (r"\textcommabelow{S}tefan", "Ștefan"),
        (r"1 \textbraceleft a\textbraceright", "1 {a}"),
    ],
)
def test_latex_of_formulas_and_other_scripts(latex: str, text: str) -> None:
    assert decode_latex(latex) == text

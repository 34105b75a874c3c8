"""Headings of tables in other languages: Citavi's, those of the BVS and LILACS, and CNKI's.

Like `columns.SYNONYMS`, and tried after it. Words that are spelt alike in English are there.
"""

from __future__ import annotations

__all__ = ["ABROAD"]

#: Record column and its headings, separated by bars: German, French, Italian, Spanish, Portuguese
#: and Chinese.
_ABROAD = {
    "type": """Dokumententyp|Dokumenttyp|Publikationstyp|Type de référence|Type de document
        |Tipo di documento|Tipo de documento|Tipo de publicación|SrcDatabase-来源库|文献类型""",
    "title": """Titel|Titre|Titolo|Título|Título del artículo|Título do artigo|Title-题名|题名|标题
        |篇名|论文题名""",
    "authors": """Autor, Herausgeber oder Institution|Autoren|Autor|AutorInnen|Autor:innen
        |Verfasser|Auteur, éditeur ou organisation|Auteurs|Auteur
        |Autore, Curatore o Istituzione|Autori|Autore|Autor, editor o institución
        |Autor, editor ou instituição|Autores|Autor(es)|Autor/es|Author-作者|作者""",
    "date": """Jahr ermittelt|Jahr|Erscheinungsjahr|Publikationsjahr|Veröffentlichungsjahr
        |Année dérivée|Année|Année de publication|Ricerca anno|Anno|Anno di pubblicazione
        |Año calculado|Año|Año de publicación|Ano especificado|Ano|Ano de publicação
        |Ano publicação|Year-年|PubTime-发表时间|发表时间|年份|年|出版年""",
    "container": """Zeitschrift/Zeitung|Zeitschrift|Zeitschriftentitel|Périodique|Revue
        |Rivista/Giornale|Rivista|Revista/periódico|Revista|Periódico / Jornal|Periódico
        |Source-文献来源|Source-刊名|文献来源|刊名|期刊|来源""",
    "volume": "Band|Jahrgang|Tomo|Volumen|Volume-卷|卷",
    "issue": "Heft|Heftnummer|Ausgabe|Fascículo|Fascicolo|Nummer|Numéro|Numero|Número|Period-期|期",
    "pages": """Seiten von–bis|Seiten|Seitenbereich|Classement des pages|Pagine da–a|Pagine
        |Páginas de–a|Páginas de – a|Páginas|Page-页码|页码""",
    "publisher": """Verlag|Maison d'édition|Éditeur|Casa editrice|Editore|Editorial|Editora""",
    "place": """Ort|Erscheinungsort|Verlagsort|Lieu de publication|Luogo di pubblicazione
        |Lugar de publicación|Local de publicação""",
    "edition": "Auflage|Édition|Edizione|Edición|Edição",
    "doi": "Nom DOI|DOI-DOI",
    "issn": "ISSN-国际标准刊号",
    "pmid": "ID PubMed",
    "url": """Online-Adresse|Adresse en ligne|Indirizzo online|Dirección web|Endereço on-line
        |Link-链接|URL-网址|链接|网址""",
    "language": "Sprache|Langue|Lingua|Idioma",
    "abstract": """Zusammenfassung|Kurzfassung|Résumé|Riassunto|Resumen|Resumo|Summary-摘要|摘要""",
    "keywords": """Schlagwörter|Schlagworte|Schlüsselwörter|Mots clés|Mots-clés|Parole chiave
        |Palabras clave|Palabras-clave|Palavras-chave|Descriptores|Descritores|Keyword-关键词
        |关键词""",
}
ABROAD: dict[str, tuple[str, ...]] = {
    column: tuple(" ".join(heading.split()) for heading in headings.split("|"))
    for column, headings in _ABROAD.items()
}

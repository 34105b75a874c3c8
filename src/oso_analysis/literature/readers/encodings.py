"""Which encoding a file is in, and its text."""

from __future__ import annotations

import codecs
import re

__all__ = ["JIS_SHIFT", "decode_bytes", "mend_twice_encoded"]

#: Bytes of non-ASCII context shown to the detector; more changes no answer and costs time.
_SAMPLE = 200_000
_MULTI = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
#: Encodings of western Europe, most usual first: on a tie the first wins.
_WESTERN = ("cp1252", "mac_roman", "cp1250", "cp850", "iso8859_2")
#: Encodings of other scripts in which exports have been seen.
_OTHERS = ("cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "big5", "cp1252")
#: East Asian encodings, each with the letters that only text in it has so many of. Titles and names
#: in Japanese are Chinese characters but for a few.
_EAST_ASIAN = (
    ("euc_jp", "\u3041-\u30ff", 0.03),
    ("shift_jis", "\u3041-\u30ff", 0.03),
    ("euc_kr", "\uac00-\ud7a3", 0.9),
    ("gb18030", "\u4e00-\u9fff\u3000-\u303f\uff00-\uff65", 0.9),
)
#: How JIS, whose bytes are all ASCII, goes over to Japanese; in no other text.
JIS_SHIFT = b"\x1b$B"
_RUN = re.compile(rb"[\x80-\xff]{3,}")
#: Russian without any of its last letters, in either case, is Hebrew.
_HEBREW = re.compile(rb"[\x00-\xbf\xe0-\xfa]*")
#: The letters in which Turkish and Hungarian differ from the languages of Windows-1252, as bytes,
#: and those that show which it is.
_TURKISH = re.compile(rb"\xfd|(?<=[A-Za-z\xc0-\xff])\xfe")
_ICELANDIC = re.compile(
    rb"\xf0|(?<![A-Za-z\xc0-\xff])\xfe|[\xe1\xed\xf3\xfa\xe6\xc1\xcd\xd3\xda\xc6]"
)
_ONLY_TURKISH = re.compile(rb"[\xf0\xfe\xd0\xde\xdd]")
_HUNGARIAN = re.compile(rb"\xf5(?!e)|(?<![os])\xfb|\xd5(?!E)|(?<![OS])\xdb")
_WITH_HUNGARIAN = re.compile(rb"[\xe1\xed\xf3\xfa\xc1]")
_WITHOUT_HUNGARIAN = re.compile(rb"[\xe0\xe2\xe3\xe4\xe5\xe7\xe8\xea\xee\xf1\xf4]")
_TYPOGRAPHIC = frozenset("‘’“”„‚–—…©®°±§«»£€•™·¡¿\xa0")
_PUNCTUATION = frozenset("‘’“”„‚–—…¡¿\xa0")
_OPENING = frozenset("„‚¿¡")
#: What stands between letters, too: "don’t", "doctor–patient", "50 km" without a break.
_JOINING = frozenset("’–—…\xa0")
_ENYE = re.compile("[aeiou]–[aeiou]")
_USUAL = frozenset("œŒéèêëàâäáãåçñöüóòôõøæßíïîúùûýÉÀÄÅÇÖÜØÓÁÍÚłńśźżćęąŁŚŻčřšžěůŠŽČŘ")
_NAMES = {"utf-16-le": "utf-16", "utf-16-be": "utf-16", "utf-32-le": "utf-32"}


def _mend(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are no UTF-8 as Windows-1252, the usual stowaway in a UTF-8 file."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return bad.decode("cp1252", errors="replace"), error.end


codecs.register_error("oso-cp1252", _mend)


def decode_bytes(raw: bytes, encoding: str | None) -> tuple[str, str, str]:
    """Decode a file.

    Parameters
    ----------
    raw : bytes
        Without the byte-order mark.
    encoding : str or None
        What the byte-order mark said; None without one.

    Returns
    -------
    text, encoding, note : str
        `note` says what had to be mended; empty where nothing had.
    """
    if encoding is None:
        is_jis = JIS_SHIFT in raw and raw.isascii()
        encoding = "iso2022_jp" if is_jis else _without_mark(raw)
    if encoding == "utf-8":
        try:
            return raw.decode("utf-8"), "utf-8", ""
        except UnicodeDecodeError:
            pass
        bad = len(re.findall(rb"[\x80-\xff]", _MULTI.sub(b"", raw)))
        if len(_MULTI.findall(raw)) > bad:
            text = raw.decode("utf-8", errors="oso-cp1252")
            return text, "utf-8", f"{bad} byte(s) that are not UTF-8 read as Windows-1252"
        encoding = _detect(raw)
    text = raw.decode(encoding, errors="replace")
    name = _NAMES.get(encoding, encoding).replace("_", "-")
    lost = text.count("\ufffd")
    note = f"decoded from {name}"
    if lost:
        note += f"; {lost} unreadable character(s) replaced by \ufffd"
    return text, name, note


def _without_mark(raw: bytes) -> str:
    """Tell UTF-16 and UTF-32 without a byte-order mark by where their zero bytes fall."""
    head = raw[:4096]
    if b"\0" not in head:
        return "utf-8"
    for encoding, step, zeros in (
        ("utf-32-le", 4, (1, 2, 3)),
        ("utf-32-be", 4, (0, 1, 2)),
        ("utf-16-le", 2, (1,)),
        ("utf-16-be", 2, (0,)),
    ):
        cells = max(len(head) // step, 1)
        if all(head[at::step].count(0) > 0.7 * cells for at in zeros):
            return encoding
    return "utf-8"


def _detect(raw: bytes) -> str:
    """Name the encoding in which the bytes beyond ASCII make most sense."""
    # By lines, since a pattern would begin at every byte of a long one.
    sample = b"\n".join(line for line in raw[: 20 * _SAMPLE].split(b"\n") if not line.isascii())
    sample = sample[:_SAMPLE] or raw[-_SAMPLE:]
    high = len(re.findall(rb"[\x80-\xff]", sample))
    in_runs = sum(len(run) for run in _RUN.findall(sample))
    # Western letters with accents stand alone among plain ones; other scripts come in runs.
    if in_runs * 2 > high:
        for encoding, letters, share in _EAST_ASIAN:
            text = sample.decode(encoding, "replace")
            beyond = len(_HIGH.findall(text)) or 1
            if len(re.findall(f"[{letters}]", text)) >= share * beyond and (
                text.count("\ufffd") * 50 <= beyond
            ):
                return encoding
        from charset_normalizer import from_bytes

        best = from_bytes(sample, cp_isolation=list(_OTHERS), threshold=0.4).best()
        if best is not None:
            is_hebrew = best.encoding == "cp1251" and high > 20 and _HEBREW.fullmatch(sample)
            return "cp1255" if is_hebrew else best.encoding
    scores = {encoding: _sense(sample.decode(encoding, "replace")) for encoding in _WESTERN}
    likely = max(_WESTERN, key=lambda encoding: scores[encoding])
    return _sister(sample) if likely == "cp1252" else likely


def _sister(sample: bytes) -> str:
    """Tell Turkish and Hungarian from Windows-1252, where the same bytes are letters as well.

    Turkish has the letters that are Icelandic in Windows-1252 in other places, and Hungarian those
    of Portuguese and French beside other accents.
    """

    def count(pattern: re.Pattern[bytes]) -> int:
        return sum(1 for _ in pattern.finditer(sample))

    if _ONLY_TURKISH.search(sample) and count(_TURKISH) > count(_ICELANDIC):
        return "cp1254"
    # One Estonian name or French word in a list of Spanish ones has these letters as well.
    with_hungarian = count(_WITH_HUNGARIAN)
    if count(_HUNGARIAN) * 20 > with_hungarian > count(_WITHOUT_HUNGARIAN):
        return "cp1250"
    return "cp1252"


def _sense(text: str) -> float:
    """Score how far the letters and signs beyond ASCII stand where such signs stand."""
    score = 0.0
    for match in _HIGH.finditer(text):
        sign = match[0]
        before = text[match.start() - 1 : match.start()]
        after = text[match.end() : match.end() + 1]
        if sign.isalpha() and sign not in "ªºƒ":
            in_word = before.isalpha() or after.isalpha()
            score += 2 if in_word else 0
            # "cafÉ", "MÅller"
            if sign.isupper() and before.isalpha() and (before + after) != (before + after).upper():
                score -= 3
            if sign.islower() and before.isupper() and after.isupper():
                score -= 2
            score += 0.5 if sign in _USUAL else 0
        elif sign in _TYPOGRAPHIC:
            score += _sense_of_sign(sign, before, after)
        else:
            score -= 3
    return score


def _sense_of_sign(sign: str, before: str, after: str) -> float:
    """Score a sign as high as an accented letter where such signs stand.

    The byte of every quotation mark and dash is a letter elsewhere: "don’t" would be "donít".
    """
    if not before.isalpha():
        return 2.5 if sign in _PUNCTUATION else 1
    if not after.isalpha():
        return -3 if sign in _OPENING else 2.5 if sign in _PUNCTUATION else 1
    if sign in _JOINING:
        # Where they are letters of Mac Roman, these two stand so: "niño", "misión".
        return 0 if f"{before}{sign}{after}" == "i—n" or _ENYE.match(before + sign + after) else 2.5
    return -3


_HIGH = re.compile(r"[^\x00-\x7f]")


#: A capital letter and a sign, the two bytes of one accented letter, in a word of small letters. No
#: language writes so: "Ã" alone stands in words of capitals, and signs stand outside of words.
_TWICE = re.compile("(?<=[a-z])Ã[\xa1-\xbf]|(?<!\\w)Ã[\xa1-\xbf](?=[a-z])")


def mend_twice_encoded(text: str) -> str | None:
    """Return a text that was encoded as UTF-8 twice as it was before; None where it was not.

    Beyond doubt only: a word shows it, and all of the text is UTF-8 once more, which no text is
    that holds one right letter beyond ASCII.

    Examples
    --------
    >>> mend_twice_encoded("Le cafÃ© dâ€™un Ã©tÃ©")
    'Le café d’un été'
    >>> mend_twice_encoded("AMANHÃ© e café") is None
    True
    """
    if _TWICE.search(text) is None:
        return None
    try:
        return b"".join(map(_byte, text)).decode("utf-8")
    except UnicodeError:
        return None


def _byte(sign: str) -> bytes:
    """Return the byte that a sign was read from; five bytes have no sign in Windows-1252."""
    return sign.encode("latin-1" if "\x80" <= sign <= "\x9f" else "cp1252")

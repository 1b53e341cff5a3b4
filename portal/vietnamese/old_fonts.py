"""Fonts of before Unicode, whose text arrives as Latin letters: "S¸ng kiÕn" (TCVN3), "Saùng kieán" (VNI)."""

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class OldFont:
    """Text typed in a font of before Unicode: its encoding, and the text as it was meant."""

    name: str
    repaired: str

    @property
    def question(self) -> str:
        """What is said of a cell of a sheet, behind the name of what stands there."""
        whole = " ".join(self.repaired.split())
        shown = whole if len(whole) <= _SHOWN else f"{whole[:_SHOWN].rsplit(' ', 1)[0]}…"
        return f"đang ở phông chữ cũ {self.name}. Có phải là “{shown}”? Hãy gõ lại bằng Unicode."


def recognised(typed: str) -> OldFont | None:
    """Judged line by line, so that one pasted paragraph is found among others.

    A line counts when at least two words that are no Vietnamese become Vietnamese, at least four words in five do, and
    no letter shows that the line is Unicode already. Formulas, French and English do not.
    """
    lines = re.split("(\r\n|[\r\n\v\f\u2028\u2029])", typed)
    for encoding in _ENCODINGS:
        repaired = [encoding.repaired(line) for line in lines]
        if any(line is not None for line in repaired):
            whole = "".join(line if new is None else new for line, new in zip(lines, repaired, strict=True))
            return OldFont(encoding.name, whole)
    return None


_SHOWN = 80  # characters of a text that may be long

_TONES = {"grave": "\u0300", "hook": "\u0309", "tilde": "\u0303", "acute": "\u0301", "dot": "\u0323"}
_TONE_MARKS = re.compile("[" + "".join(_TONES.values()) + "]")
_ONLY_IN_UNICODE = re.compile("[ĂăĐđĨĩŨũƠơƯư\u0300-\u0323\u1ea0-\u1ef9]")
_ONSETS = "ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdđghklmnprstvx]"
_RHYMES = """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu
    i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong
    op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc uê uêch uên uênh ui um un ung uôc uôi uôm uôn uông uôt uơ up ut
    uy uya uych uyên uyêt uyn uynh uyp uyt uyu
    ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
    y yêm yên yêng yêt yêu ych yn ynh yp yt yu
"""
_SYLLABLE = re.compile(rf"\A(?:{_ONSETS})?(?:{'|'.join(sorted(_RHYMES.split(), key=len, reverse=True))})\Z")
_STOPPED = re.compile("(?:c|ch|p|t)\\Z")
_FORMULA = re.compile(r"\A[A-Za-z0-9µ×·÷¹¼½¾®©ª«»]+\Z")  # 5 µm and m×n would read àm and mìn


def _is_syllable(word: str) -> bool:
    """One that Vietnamese could have: its letters, at most one tone, and sắc or nặng before c, ch, p, t."""
    decomposed = unicodedata.normalize("NFD", word.lower())
    tones = _TONE_MARKS.findall(decomposed)
    toneless = unicodedata.normalize("NFC", _TONE_MARKS.sub("", decomposed))
    if len(tones) > 1 or not _SYLLABLE.match(toneless):
        return False
    return not tones or tones[0] in (_TONES["acute"], _TONES["dot"]) or not _STOPPED.search(toneless)


class _Encoding:
    """An encoding of before Unicode: what its codes, shown as Latin letters, were meant to be."""

    def __init__(self, name: str, meant: dict[str, str]) -> None:
        self.name = name
        self._meant = meant
        self._codes = re.compile("|".join(sorted(map(re.escape, meant), key=len, reverse=True)))
        own = "".join(sorted({character for code in meant for character in code if not character.isascii()}))
        self._words = re.compile(f"[A-Za-z{re.escape(own)}]+")

    def repaired(self, line: str) -> str | None:
        if line.isascii() or _ONLY_IN_UNICODE.search(line):
            return None
        words = {word for word in self._words.findall(line) if not word.isascii() and not _is_syllable(word)}
        suspects = {word for word in words if not _FORMULA.match(word)}
        sound = {word for word in suspects if _is_syllable(self._word(word))}
        if len(sound) < 2 or len(sound) < 0.8 * len(suspects):
            return None
        return self._words.sub(lambda found: self._word(found[0]), line)

    def _word(self, word: str) -> str:
        meant = self._codes.sub(lambda found: self._meant[found[0]], word)
        # TCVN3 has no capitals with a tone: a font of capitals shows them, the letters beside them tell.
        plain = [letter for letter in word if letter.isascii()]
        return meant.upper() if len(plain) > 1 and all(map(str.isupper, plain)) else meant


_TCVN3 = dict(
    zip(
        "¸µ¶·¹¨¾»¼½Æ©ÊÇÈÉË®ÐÌÎÏÑªÕÒÓÔÖÝ×ØÜÞãßáâä«èåæçé¬íêëìîóïñòô\xadøõö÷ùýúûüþ¡¢£¤¥¦§",
        "áàảãạăắằẳẵặâấầẩẫậđéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵĂÂÊÔƠƯĐ",
        strict=True,
    )
)


def _vni() -> dict[str, str]:
    """VNI writes a letter and then a code for its mark; only i, ỵ, ơ, ư, đ are one code."""
    tones = dict(zip("ùøûõï", "áàảãạ", strict=True))
    marks = {
        "a": {"â": "â", "á": "ấ", "à": "ầ", "å": "ẩ", "ã": "ẫ", "ä": "ậ"}
        | {"ê": "ă", "é": "ắ", "è": "ằ", "ú": "ẳ", "ü": "ẵ", "ë": "ặ"},
        "e": {"â": "ê", "á": "ế", "à": "ề", "å": "ể", "ã": "ễ", "ä": "ệ"},
        "o": {"â": "ô", "á": "ố", "à": "ồ", "å": "ổ", "ã": "ỗ", "ä": "ộ"},
    }
    lower = dict(zip("íìæóòîôöñ", "íìỉĩịỵơưđ", strict=True))
    for base, meant in {"a": "a", "e": "e", "o": "o", "u": "u", "y": "y", "ô": "ơ", "ö": "ư"}.items():
        for code, letter in tones.items():
            tone = unicodedata.normalize("NFD", letter)[1]
            lower[base + code] = unicodedata.normalize("NFC", meant + tone)
        lower.update({base + code: letter for code, letter in marks.get(base, {}).items()})
    upper = {code.upper(): letter.upper() for code, letter in lower.items()}
    mixed = {code[0].upper() + code[1:]: letter.upper() for code, letter in lower.items() if len(code) == 2}
    return lower | upper | mixed


_ENCODINGS = (_Encoding("TCVN3", _TCVN3), _Encoding("VNI", _vni()))

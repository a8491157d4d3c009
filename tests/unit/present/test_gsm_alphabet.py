"""Texts in GSM-7 and UCS-2: their parts, against an independent encoder, and what is written otherwise."""

import random

import gsm0338  # type: ignore[import-untyped]
import pytest

from vaada.present.gsm_alphabet import is_gsm_7, nearest_in_gsm_7, parts, same_in_gsm_7

CODEC = gsm0338.Codec()
ESCAPE = 0x1B


def sent_parts(text: str) -> int:
    """The parts of the encoded text, cut as a phone company cuts them: never within a character."""
    try:
        encoded, alone, joined = CODEC.encode(text)[0], 160, 153
        is_first_half = [unit == ESCAPE for unit in encoded]
    except UnicodeError:
        encoded = text.encode("utf-16-be")
        alone, joined = 70, 67
        is_first_half = [encoded[at] & 0xFC == 0xD8 for at in range(0, len(encoded), 2)]
    units = len(is_first_half)
    if units <= alone:
        return 1
    count = start = 0
    while start < units:
        end = min(start + joined, units)
        if is_first_half[end - 1]:
            end -= 1
        count, start = count + 1, end
    return count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 152 + "€" + "[" + "a" * 152, 3),  # an escape is never the last of a part
        ("a" * 152 + "€" + "a" * 151, 2),
        ("€" * 80, 1),  # each counts twice
        ("€" * 81, 2),
        ("€" * 152, 2),
        ("€" * 153, 3),
        ("ñé¿¡\n", 1),
        ("á" * 70, 1),  # not in the alphabet
        ("á" * 71, 2),
        ("ک" * 134, 2),
        ("ک" * 135, 3),
        ("😀" * 35, 1),  # two units each
        ("😀" * 36, 2),
        ("ک" * 66 + "😀" + "ک" * 66, 3),
        ("ک" * 66 + "😀" + "ک" * 65, 2),
    ],
)
def test_parts_are_counted_as_they_are_sent(text: str, expected: int) -> None:
    assert parts(text) == sent_parts(text) == expected


def test_random_texts_have_as_many_parts_as_an_independent_encoder_makes() -> None:
    chance = random.Random(16)
    alphabets = ("abc €[]{}~|^\\", "abcdefgh ijk€é", "aá😀🛑 b", "کلم ہے😀", "नमस्ते 👍🏽 a", "\f\r\n@£ÅßñΩ")
    for _ in range(4000):
        alphabet = chance.choice(alphabets)
        text = "".join(chance.choices(alphabet, k=chance.randrange(0, 480)))
        assert parts(text) == sent_parts(text), text


def test_the_alphabet_is_that_of_the_independent_codec() -> None:
    for character in map(chr, [*range(0x1B), *range(0x1C, 0x2200)]):
        try:
            CODEC.encode(character)
        except UnicodeError:
            assert not is_gsm_7(character), character
        else:
            assert is_gsm_7(character), character


@pytest.mark.parametrize(
    ("odd", "plain"),
    [
        ("cafe\u0301", "café"),
        ("re\u2011open", "re-open"),
        ("\u00b45\u2032 \u2033", "'5' \""),
        ("\u2022 one", "- one"),
        ("zero\u200bwidth\u2060\ufeff", "zerowidth"),
        ("soft\u00adhyphen", "softhyphen"),
        ("“quoted” ‘so’ «or» ‹so›", '"quoted" \'so\' "or" <so>'),
        ("10\u202f000\u00a0€", "10 000 €"),
        ("½ m²", "1/2 m2"),
        ("ﬁne œuvre", "fine oeuvre"),
        ("ＳＴＯＰ", "STOP"),
        ("20°C", "20 deg C"),
        ("₹500 → now…", "Rs500 -> now..."),
    ],
)
def test_characters_that_gsm_writes_otherwise_keep_their_meaning(odd: str, plain: str) -> None:
    assert same_in_gsm_7(odd) == plain
    assert is_gsm_7(plain)


@pytest.mark.parametrize(
    ("odd", "plain"),
    [
        ("Łukasz Çağrı Őry", "Lukasz Çagri Ory"),
        ("São João, coração", "Sao Joao, coracao"),
        ("Nguyễn Thị Đào", "Nguyen Thi Dào"),
        ("Done 👍🏽 now", "Done now"),
        ("Þór ŉ", "Thor 'n"),
    ],
)
def test_letters_outside_the_alphabet_become_the_nearest_ones(odd: str, plain: str) -> None:
    assert nearest_in_gsm_7(odd) == plain
    assert is_gsm_7(plain)

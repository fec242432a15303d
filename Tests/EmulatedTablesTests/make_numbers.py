"""Writes numbers.tsv: DynamoDB's arithmetic as Python's decimal does it, an independent oracle for DynamoNumber.

Columns: a, b, a in plain digits, the sign of a - b, a + b, a - b. A result that DynamoDB refuses is `tooPrecise`,
`overflow` or `underflow`. Run it again only to make a different table: the committed one is fixed by the seed.
"""

import decimal
import pathlib
import random

decimal.getcontext().prec = 600
decimal.getcontext().Emax = 9999
decimal.getcontext().Emin = -9999
ROWS = 600
random.seed(20260131)


def plain(value):
    """The number in plain digits without trailing zeros, or why DynamoDB refuses it."""
    if value == 0:
        return "0"
    sign, digits, exponent = value.normalize().as_tuple()
    if len(digits) > 38:
        return "tooPrecise"
    if value.adjusted() > 125:
        return "overflow"
    if value.adjusted() < -130:
        return "underflow"
    return format(value.normalize(), "f")


def literal():
    """A literal that DynamoDB takes, of any size and form."""
    digits = "".join(random.choice("0123456789") for _ in range(random.choice([1, 1, 2, 3, 5, 10, 20, 37, 38])))
    text = digits
    if random.random() < 0.5:
        point = random.randrange(len(digits) + 1)
        text = digits[:point] + "." + digits[point:]
        if text.startswith("."):
            text = "0" + text
    if random.random() < 0.4:
        text += random.choice("eE") + random.choice(["", "+", "-"]) + str(random.choice([0, 1, 2, 7, 30, 80, 110]))
    return random.choice(["", "", "-", "+"]) + text


def edges():
    """Literals at the limits of precision and magnitude."""
    return [
        "0", "-0", "0.000", "0e999", "1", "-1", "9" * 38, "-" + "9" * 38, "1" + "0" * 125, "9.9E125", "-9.9E125", "1E-130",
        "-1E-130", "1.5E-129", "0.1", "100", "1e38", "1e37", "0." + "0" * 37 + "1", "1" + "0" * 60,
        "9." + "9" * 37 + "E125", "12345678901234567890123456789012345678",
    ]


def main():
    pairs = [(a, b) for a in edges() for b in edges()]
    while len(pairs) < len(edges()) ** 2 + ROWS:
        a, b = literal(), literal()
        if not any(plain(decimal.Decimal(text))[0].isalpha() for text in (a, b)):
            pairs.append((a, b))
    lines = []
    for a, b in pairs:
        first, second = decimal.Decimal(a), decimal.Decimal(b)
        order = (first > second) - (first < second)
        row = [a, b, plain(first), str(order), plain(first + second), plain(first - second)]
        lines.append("\t".join(row))
    pathlib.Path(__file__).with_name("numbers.tsv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

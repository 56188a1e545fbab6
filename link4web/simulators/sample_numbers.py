"""Sample business numbers that satisfy their check digits. They are made up; none is anybody's on purpose.

Sources of the rules: Australian Business Register (ABN modulus 89, ACN modulus 10), GS1 (NZBN is a GLN with prefix 94).
"""

ABN_WEIGHTS = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)
ACN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 1)


def sample_abn(seed: int) -> str:
    """An ABN of 11 digits that ends in the nine digits of `seed`."""
    return abn_ending(f"{seed % 1_000_000_000:09d}")


def abn_ending(nine: str) -> str:
    """The ABN whose last nine digits are given: its first two are check digits, 11 to 99."""
    rest = sum(weight * int(digit) for weight, digit in zip(ABN_WEIGHTS[2:], nine, strict=True))
    # (first - 1) * 10 + second runs over 0..89 for the pairs 10..99, so every remainder has its pair
    pair = 10 + (-rest) % 89
    return f"{pair if pair > 10 else 99}{nine}"


def sample_acn(seed: int) -> str:
    """An ACN of 9 digits that starts with the eight digits of `seed`."""
    eight = f"{seed % 100_000_000:08d}"
    total = sum(weight * int(digit) for weight, digit in zip(ACN_WEIGHTS, eight, strict=True))
    return f"{eight}{(10 - total % 10) % 10}"


def sample_nzbn(seed: int) -> str:
    """An NZBN of 13 digits, prefix 94290."""
    twelve = f"94290{seed % 10_000_000:07d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve))
    return f"{twelve}{(10 - total % 10) % 10}"


def is_abn(text: str) -> bool:
    """Whether 11 digits pass the register's check."""
    if len(text) != 11 or not text.isascii() or not text.isdigit() or text < "11":
        return False
    digits = [int(text[0]) - 1, *map(int, text[1:])]
    return sum(weight * digit for weight, digit in zip(ABN_WEIGHTS, digits, strict=True)) % 89 == 0


def is_acn(text: str) -> bool:
    """Whether nine digits pass the check."""
    if len(text) != 9 or not text.isascii() or not text.isdigit():
        return False
    total = sum(weight * int(digit) for weight, digit in zip(ACN_WEIGHTS, text, strict=False))
    return (10 - total % 10) % 10 == int(text[8])

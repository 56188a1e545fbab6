"""What is said under a number's field as soon as it is left: the checksum's word, then the register's."""

from typing import NamedTuple

from link4web.accounts import register
from link4web.registers.numbers import BusinessNumber, NumberProblem


class Answer(NamedTuple):
    """The context of `accounts/_register_answer.html`: words, the mark of a node, and a tone."""

    words: str
    mark: str
    tone: str


def answer_to(number: BusinessNumber | NumberProblem) -> Answer:
    """What is wrong with the number, or what the register says to it; it may be asked over the network."""
    if isinstance(number, NumberProblem):
        return Answer(number.sentence, "fail", "bad")
    finding = register.look_up(number)
    if finding.status == "active":
        return Answer(
            ", ".join(filter(None, (f"In the register as {finding.name}", finding.place, "active"))), "receives", "done"
        )
    if finding.status == "cancelled":
        return Answer(f"In the register as {finding.name}, cancelled", "fail", "todo")
    if finding.status == "not found":
        return Answer("The register doesn’t know this number.", "unsure", "todo")
    if number.scheme == "NZBN":
        return Answer("Its check digit is right. The New Zealand register isn’t asked yet.", "unchecked", "rest")
    return Answer("The register can’t be asked now; you can go on.", "unsure", "wait")

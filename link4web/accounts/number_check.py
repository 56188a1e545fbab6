"""What is said under a number's field as soon as it is left: the checksum's word, then the register's."""

from typing import NamedTuple

from link4web.accounts import register
from link4web.accounts.words import NUMBER_ANSWERS, own_number_code
from link4web.registers.numbers import BusinessNumber, NumberProblem


class Answer(NamedTuple):
    """The context of `accounts/_register_answer.html`: words, the mark of a node, a tone, and a problem's code."""

    words: str
    mark: str
    tone: str
    code: str = ""


def answer_to(number: BusinessNumber | NumberProblem, *, invalid: str = "OWN-NUMBER-INVALID") -> Answer:
    """What is wrong with the number (`invalid` is its code), or what the register says; the network may be asked."""
    if isinstance(number, NumberProblem):
        return Answer(number.sentence, "fail", "bad", invalid)
    finding = register.look_up(number)
    if finding.status == "active":
        return Answer(
            ", ".join(filter(None, (f"In the register as {finding.name}", finding.place, "active"))), "receives", "done"
        )
    code = own_number_code(finding.status)
    if finding.status == "cancelled":
        return Answer(NUMBER_ANSWERS["cancelled"].format(name=finding.name), "fail", "todo", code)
    if finding.status == "not found":
        return Answer(NUMBER_ANSWERS["not found"], "unsure", "todo", code)
    if number.scheme == "NZBN":
        return Answer(NUMBER_ANSWERS["nzbn"], "unchecked", "rest", code)
    return Answer(NUMBER_ANSWERS["unchecked"], "unsure", "wait", code)

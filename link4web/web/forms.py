"""Form base and shared checks. Every field has a limit; what was typed is kept when something is wrong."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import AnyOf, Length, StopValidation, ValidationError

from link4web.mail.address import EmailProblem, canonical_email
from link4web.sentences import Coded


class Form(FlaskForm):  # type: ignore[misc]  # flask-wtf publishes no types
    """A form with a CSRF field; the token itself is checked before the view runs."""

    class Meta:
        csrf = False  # checked once, for every unsafe request, in web.security


def one_line(text: str | None) -> str:
    """Trim, and drop control characters and line breaks: names stand in mail headers and logs."""
    kept = (" " if unicodedata.category(character).startswith("Z") else character for character in text or "")
    return " ".join("".join(c for c in kept if not unicodedata.category(c).startswith("C")).split())


class Required:
    """A sentence of its own for an empty field."""

    field_flags = {"required": True}  # noqa: RUF012 (read by WTForms)

    def __init__(self, sentence: str) -> None:
        self.sentence = Coded(sentence, "FIELD-EMPTY")

    def __call__(self, _form: Any, field: Any) -> None:
        if not (field.data or "").strip():
            field.errors = []
            raise StopValidation(self.sentence)


class AtMost(Length):
    """So many characters and no more."""

    def __init__(self, length: int) -> None:
        super().__init__(max=length)
        self.sentence = Coded(f"At most {length:,} characters.", "FIELD-LONG")

    def __call__(self, form: Any, field: Any) -> None:
        try:
            super().__call__(form, field)
        except ValidationError:
            raise ValidationError(self.sentence) from None  # WTForms fills its sentences in, which drops the code


class OneOf(AnyOf):
    """One of the choices on the page; anything else was not sent by it."""

    def __init__(self, values: Sequence[str], sentence: str) -> None:
        super().__init__(values)
        self.sentence = Coded(sentence, "FIELD-CHOICE")

    def __call__(self, form: Any, field: Any) -> None:
        try:
            super().__call__(form, field)
        except ValidationError:
            raise ValidationError(self.sentence) from None


class Email:
    """A usable address to sign in with; the field's data becomes its canonical form."""

    def __call__(self, _form: Any, field: Any) -> None:
        try:
            field.data = canonical_email(field.data or "")
        except EmailProblem as problem:
            raise ValidationError(Coded(problem.sentence, "SIGN-IN-EMAIL")) from None


def name_field(label: str, missing: str, *, length: int = 120, **kwargs: Any) -> StringField:
    """A one-line name."""
    return StringField(
        label,
        filters=[one_line],
        validators=[Required(missing), AtMost(length)],
        **kwargs,
    )

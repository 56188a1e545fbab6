"""Form base and shared checks. Every field has a limit; what was typed is kept when something is wrong."""

import unicodedata
from typing import Any

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length, StopValidation, ValidationError

from link4web.mail.address import EmailProblem, canonical_email


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
        self.sentence = sentence

    def __call__(self, _form: Any, field: Any) -> None:
        if not (field.data or "").strip():
            field.errors = []
            raise StopValidation(self.sentence)


class Email:
    """A usable address; the field's data becomes its canonical form."""

    def __call__(self, _form: Any, field: Any) -> None:
        try:
            field.data = canonical_email(field.data or "")
        except EmailProblem as problem:
            raise ValidationError(problem.sentence) from None


def name_field(label: str, missing: str, *, length: int = 120, **kwargs: Any) -> StringField:
    """A one-line name."""
    return StringField(
        label,
        filters=[one_line],
        validators=[Required(missing), Length(max=length, message=f"At most {length} characters.")],
        **kwargs,
    )

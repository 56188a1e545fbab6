"""The form of closing an organisation."""

from typing import Any

from wtforms import StringField
from wtforms.validators import ValidationError

from link4web.closing import words
from link4web.folding import fold
from link4web.web.forms import AtMost, Form, one_line


class CloseForm(Form):
    """The organisation's name, typed: nobody does that by accident."""

    name = StringField("Name of the organisation", filters=[one_line], validators=[AtMost(255)])

    def __init__(self, *args: Any, name_of_it: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name_of_it = name_of_it

    def validate_name(self, field: StringField) -> None:
        if fold(field.data or "") != fold(one_line(self.name_of_it)):
            raise ValidationError(words.WRONG_NAME)

"""Forms of letting somebody in and of coming in."""

from wtforms import BooleanField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the published types are older

from link4web.accounts import words
from link4web.accounts.passwords import MAX_LENGTH as LONGEST_PASSWORD
from link4web.web.forms import AtMost, Email, Form, OneOf, Required, name_field
from link4web.web.rights import Rights


class RightsForm(Form):
    """A role, and what is ticked beside it."""

    role = RadioField(
        "Role",
        choices=[SelectChoice(role, word) for role, word in words.ROLES.items()],
        validate_choice=False,
        validators=[OneOf(list(words.ROLES), "Choose a role.")],
    )
    may_edit = BooleanField("May edit")
    may_approve = BooleanField("May approve")
    may_send = BooleanField("May send")

    @property
    def rights(self) -> Rights:
        """What was chosen; all of it for an admin."""
        if self.role.data == "admin":
            return Rights("admin", may_edit=True, may_approve=True, may_send=True)
        return Rights(self.role.data, self.may_edit.data, self.may_approve.data, self.may_send.data)


class InviteForm(RightsForm):
    email = StringField("E-mail", validators=[AtMost(254), Email()])


class NewPersonForm(Form):
    """Who comes in without a sign-in; the address is the invited one."""

    name = name_field("Your name", "Enter your name.")
    password = PasswordField("Password", validators=[Required("Choose a password."), AtMost(LONGEST_PASSWORD)])

"""The sentences about closing an organisation."""

from link4web.sentences import Coded

WRONG_NAME = Coded("Type the name as it stands above the field.", "CLOSE-NAME")
TOO_LATE = Coded("The 30 days are over: the data is being deleted.", "CLOSE-TOO-LATE")

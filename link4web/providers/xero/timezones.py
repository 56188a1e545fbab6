"""Xero names time zones as Windows does, in capitals without blanks; everyone else uses the IANA names."""

_IANA = {
    "AUSCENTRALSTANDARDTIME": "Australia/Darwin",
    "AUSCENTRALWSTANDARDTIME": "Australia/Eucla",
    "AUSEASTERNSTANDARDTIME": "Australia/Sydney",
    "CENAUSTRALIASTANDARDTIME": "Australia/Adelaide",
    "CHATHAMISLANDSSTANDARDTIME": "Pacific/Chatham",
    "EAUSTRALIASTANDARDTIME": "Australia/Brisbane",
    "LORDHOWESTANDARDTIME": "Australia/Lord_Howe",
    "NEWZEALANDSTANDARDTIME": "Pacific/Auckland",
    "TASMANIASTANDARDTIME": "Australia/Hobart",
    "WAUSTRALIASTANDARDTIME": "Australia/Perth",
}


def iana(name: str) -> str:
    """The IANA name of an Australian or New Zealand time zone, "" for any other."""
    return _IANA.get(name.upper().replace(" ", "").replace(".", ""), "")

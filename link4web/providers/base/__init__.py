"""What every accounting provider has in common: facts, records, errors and the client's verbs.

No Flask and no database here, so that a provider can be understood, and tested, on its own.
"""

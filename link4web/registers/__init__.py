"""Business registers and business numbers: checksums, ABN Lookup, comparing names. No Flask, no database."""

"""Colleagues and advisers: who works in an organisation, how they get in and out (R-051, R-052, R-100 to R-104)."""

"""Help that stands where the trouble is: problems with their codes, articles, and which of them fits here."""

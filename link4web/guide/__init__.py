"""Links from outside that lead to the right page: `/go/<task>`, for articles and for the help centres of others."""

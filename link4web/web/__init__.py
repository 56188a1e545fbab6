"""What every page shares: access rules, sessions, whole page or fragment, errors, headers, filters."""

"""Customer invitations: a business is asked to join the network, and joins, declines or asks for no more mail."""

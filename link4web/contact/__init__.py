"""Write to support, with what we know about the trouble attached."""

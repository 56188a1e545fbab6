"""Support staff: their console, and what they may do in a customer's account with the customer's consent."""

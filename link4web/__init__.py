"""Link4web: brings a business's customers onto the Peppol eInvoicing network."""

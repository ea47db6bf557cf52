"""What every answer about opinions shares: their filters, positions and standings."""

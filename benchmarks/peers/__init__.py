"""What the service is compared with: the raw limit, and what people would use instead."""

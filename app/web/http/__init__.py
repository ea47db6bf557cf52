"""What every request passes, whatever it asks: log, limits, stored answers, compression."""

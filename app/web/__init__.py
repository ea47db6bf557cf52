"""What every endpoint shares and no resource needs to know how."""

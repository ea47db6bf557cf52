"""How an address is declared: operations, stored kinds, computed lists, changes, health."""

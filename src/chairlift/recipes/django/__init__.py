"""The recipe that upgrades a Django service: plans, changes, proves and reports."""

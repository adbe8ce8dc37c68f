"""What every adapter and its fake must fulfil: inherit from a contract, and give it its fixtures."""

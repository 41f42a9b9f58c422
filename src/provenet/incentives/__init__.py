"""Which aid tips which carrier, and what each amount of it buys."""

"""The catalogue: what a micro-credential says, how it is written, checked, published and found."""

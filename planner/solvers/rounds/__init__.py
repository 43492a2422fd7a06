"""Plan distribution rounds: two engines behind one port, and what both need around them."""

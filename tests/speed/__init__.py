"""The benchmarks themselves: each runs at a small size, and its yardstick does what it says. No time is asserted."""

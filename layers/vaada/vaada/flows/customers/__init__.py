"""Find customers, and merge two records of one person."""

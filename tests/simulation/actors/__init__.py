"""Who acts in a history: staff, customers, and programs that follow links."""
